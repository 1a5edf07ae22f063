"""Answers of CBS -> one tidy frame, whichever of its interfaces gave them."""
