"""Telling a comparison: on a terminal, in a pull request, to a build server."""
