"""The file of a survey as it arrives: SPSS, Stata, CSV, Excel or Parquet."""
