"""Other people's environments as domains that our engine plays in."""
