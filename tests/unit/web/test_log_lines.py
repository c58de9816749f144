"""One-time tokens never reach the log."""

import logging

from shuangkong.web.security.log_lines import WithoutTokens


def test_a_token_in_an_address_is_taken_out() -> None:
    record = logging.LogRecord("web", logging.ERROR, "views.py", 1, "failure at %s", ("/sign-in/p-Yx6quVW6Q4zK1",), None)
    assert WithoutTokens("%(message)s").format(record) == "failure at /sign-in/…"
    record = logging.LogRecord("web", logging.ERROR, "views.py", 1, "failure at %s", ("/sign-in/step",), None)
    assert WithoutTokens("%(message)s").format(record) == "failure at /sign-in/step"
