"""A real browser for served pages."""

from chromium import browser

__all__ = ["browser"]
