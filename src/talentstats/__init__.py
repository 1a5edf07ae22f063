"""Research statistics and reporting: every number with a witness."""

__version__ = "0.1.0"
