"""What shows when a scenario is played: by its reference, by nobody, by an agent that does everything."""
