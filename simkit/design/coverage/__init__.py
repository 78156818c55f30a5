"""What was never played, and the scenario that would: holes of a run, and what fills them."""
