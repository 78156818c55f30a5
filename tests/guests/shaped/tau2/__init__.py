"""NOT tau2-bench: a tiny package of our own with the same public surface, for tests where the real one is absent.

A lending library: books and shelves on the agent's side, a gate on the user's.
"""
