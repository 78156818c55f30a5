"""The Python of a drafted domain: tools.py and demo.py, written for people to finish."""
