"""Run the command line with `python -m talentstats`."""

from talentstats.cli import main

main()
