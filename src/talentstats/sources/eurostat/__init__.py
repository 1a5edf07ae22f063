"""Eurostat: its answers, fetched and stored, and the format they come in (JSON-stat 2)."""
