"""The smallest scenario that still fails the same way."""
