"""Indicators: formula text → typed tree → figure with coverage and working."""
