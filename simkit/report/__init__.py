"""Telling it: the summary of a run, its result table for terminals, and its page for browsers."""
