"""Models: weighted regressions with design-based errors, and what they say in the outcome's own units."""
