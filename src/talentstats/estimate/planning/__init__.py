"""Planning a survey: sample size, allocation and power, from an earlier wave."""
