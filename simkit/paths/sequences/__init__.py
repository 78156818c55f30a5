"""Whole sessions as sequences: which ways were taken, where good and bad ones part, and whether they keep to a plan.

variants      whole ways and frequent parts of them
divergence    where a failing trial first leaves the way of a passing one
clusters      sessions that go alike, and states that belong together
spread        which states there are at each step, and how varied they are
automaton     a plan: which state may follow, written by hand or learned
conformance   how far sessions keep to it: fitness, precision, first deviation
told          all of that as text and JSON
"""
