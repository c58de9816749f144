"""Verdicts on targets that no figure decides, in the browser."""
