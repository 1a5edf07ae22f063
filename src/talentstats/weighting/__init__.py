"""Adjusting weights to what is known of the population, with what the adjustment did."""
