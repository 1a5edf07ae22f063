"""What the Talent Coalition brief shows: what is asked, and the evidence for each ask."""
