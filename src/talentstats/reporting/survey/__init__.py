"""The survey in the reports: which figures are made from it, and what may be claimed about them."""
