"""What the biennial report shows: its material, numbers, figures and tables."""
