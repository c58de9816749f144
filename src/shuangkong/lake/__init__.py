"""Readings at volume (数据湖): a durable inbox, a drain, tables of Parquet files under a Delta log, and roll-ups in one SQL text."""

import signal

# These start threads of their own on import. They shall inherit that signals are held back, or they take those that the parent of children waits for.
_held = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
try:
    import deltalake  # noqa: F401
    import duckdb  # noqa: F401
finally:
    signal.pthread_sigmask(signal.SIG_SETMASK, _held)
