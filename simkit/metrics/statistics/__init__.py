"""Statistics: what a count of passes says about what would happen again. Pure, and the same for the same seed."""
