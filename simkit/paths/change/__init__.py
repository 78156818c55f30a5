"""Did agent B change? Permutation of whole sessions or tasks, effect sizes, and the sessions that an answer takes.

Transitions of one session depend on each other, and so do the trials of one scenario: a test that takes them as
independent finds changes where there are none (the G-test in up to half of all cases). So labels are only ever moved
between whole sessions or whole tasks.

    relabel   who is compared with whom, and how A's and B's labels may be moved
    counted   the counts of every cell per session, and what they become under many labellings
    effects   probabilities before and after, with cluster-robust intervals
    verdict   the test itself
    result    what it found, as sentences, text, CSV and JSON
    power     how many sessions it takes
"""
