"""Two vintages of one dataset, and what changed between them."""
