"""Tests and two-way tables: whether groups differ, and whether two answers go together."""
