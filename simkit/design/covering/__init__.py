"""Covering arrays: few rows in which every combination of any t columns occurs."""
