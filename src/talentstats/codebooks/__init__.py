"""What a survey asked: a codebook for each wave, and the variables that can be compared between waves."""
