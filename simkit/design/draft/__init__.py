"""Domains drafted from what exists: an OpenAPI description, an MCP server, a database, recorded conversations.

Every source is read into a `Plan` (tables, operations, what each operation does to which table); everything after that
is the same for all: seed records, tools.py, domain.yaml, policy.md, a demo agent, and cases with reference paths.
"""
