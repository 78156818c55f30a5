"""Odd output: what no reader should see in an agent's words, whatever the task; and where it concentrates."""
