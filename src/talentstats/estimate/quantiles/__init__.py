"""Quantiles by every rule of R, with their intervals."""
