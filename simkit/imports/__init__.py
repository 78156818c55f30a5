"""Other people's sessions as logs: recorded elsewhere, read the same way as those played here."""
