"""Evidence: what was done by whom, in a form that cannot be changed unseen."""
