"""Walks and matrices for other programs: data frames and Parquet, event logs for process mining, notebooks."""
