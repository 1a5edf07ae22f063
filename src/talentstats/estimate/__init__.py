"""Estimates of a population from a sample, on sufficient statistics."""
