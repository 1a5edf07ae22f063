"""The waves of the survey: from the file of a wave to a weighted table, and back to what was published."""
