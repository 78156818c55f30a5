"""Metamorphic pairs: the same sessions with and without a change that must not matter."""
