"""Commands of the command line that stand by themselves: each is loaded when it is asked for."""
