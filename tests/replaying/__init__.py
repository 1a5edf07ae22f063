"""A server on this machine that answers as the statistical offices did when they were recorded."""
