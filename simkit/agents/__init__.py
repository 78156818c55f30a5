"""Other things as agents under test: each file turns one kind of thing into `async (turn) -> str`."""
