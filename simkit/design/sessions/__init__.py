"""Whole sessions to be drawn: who, what they want, what they say when, which tools fail."""
