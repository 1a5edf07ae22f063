"""Variances of estimates from arrays: linearisation, replication, intervals."""
