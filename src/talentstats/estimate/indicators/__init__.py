"""Indicators of inequality and poverty, with linearised errors."""
