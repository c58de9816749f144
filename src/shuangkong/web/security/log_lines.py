"""What goes into the log of the process: never a one-time token, which stands in some addresses."""

import logging
import re

_TOKEN = re.compile(r"(/(?:sign-in|password)/)(?!step\b)[\w-]+")


class WithoutTokens(logging.Formatter):
    """Writes a log line with every one-time token taken out (日志脱敏)."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, its trace included."""
        return _TOKEN.sub(r"\1…", super().format(record))
