"""Showing a run in a browser, also while it goes on: what is known of it so far, and a server on this machine only."""
