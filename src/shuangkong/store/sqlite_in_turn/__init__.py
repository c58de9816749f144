"""SQLite whose writers take turns (先来先写): a backend of Django."""
