"""A survey of people who do not exist: a population with known truth, a sample of it, and its files."""
