"""Records to begin with: plausible, the same each time, and consistent between tables."""
