"""Run the benchmarks: without a name all that have a limit, with one that part and its options.

run.py                          all parts with a limit, and R survey and svy when installed
run.py estimation               one of them
run.py beside_others --full     its options after the name: n = 10^6 instead of 10^5
run.py coverage --write         the coverage study, some ten minutes, into docs/methods.md
"""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
WITH_LIMITS = (
    "main_job",
    "estimation",
    "streaming",
    "weighting",
    "quantiles",
    "survey_import",
    "survey_validation",
    "synthetic",
    "cbs_table",
    "beside_others",
)
PARTS = (*WITH_LIMITS, "coverage")


def main(arguments: list[str]) -> int:
    """Run each part in a process of its own; 1 when a limit is passed."""
    if arguments and arguments[0] not in PARTS:
        print(f"There is no benchmark `{arguments[0]}`; choose from {', '.join(PARTS)}.")
        return 2
    parts = arguments[:1] or WITH_LIMITS
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    failed = False
    for part in parts:
        command = [sys.executable, "-m", f"benchmarks.{part}", *arguments[1:]]
        failed |= subprocess.run(command, check=False, env=environment).returncode != 0
        if part != parts[-1]:
            print(flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
