"""What is to be played: personas, domains, goals, rules, scenarios, as frozen values read from files."""
