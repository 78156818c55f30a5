"""What a run has played of all there is: combinations, tools and how they answered, rules, things, transitions."""
