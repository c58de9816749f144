"""Findings of the checks and their catalogue in the browser."""
