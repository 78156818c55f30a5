"""Comparing two runs: what is laid side by side, and what it says."""
