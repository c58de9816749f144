"""Readings at volume (数据湖): a durable inbox, a drain, tables of Parquet files under a Delta log, and roll-ups in one SQL text."""
