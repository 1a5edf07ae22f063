"""Snapshot -> canonical frame: the place where judgement about published figures is made."""
