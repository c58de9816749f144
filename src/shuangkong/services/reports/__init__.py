"""From the state of a plan to the content of its report (报告内容的编成)."""
