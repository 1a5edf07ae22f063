"""Publisher -> Snapshot: the only part that touches files as they were published."""

from talentstats.sources.snapshots import find_snapshots, read_snapshot

__all__ = ["find_snapshots", "read_snapshot"]
