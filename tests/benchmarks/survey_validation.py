"""Measure the validation of a large wave: all rules on 10^6 respondents with some sixty variables."""

import resource
import subprocess
import sys
import time
from pathlib import Path

ROWS, WAVE = 1_000_000, 2025
MOST_SECONDS, MOST_MEGABYTES = 30.0, 8_000
REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"


def validate() -> None:
    """Validate a made wave; print seconds, megabytes, variables and verdict; in a process of its own."""
    from talentstats.codebooks.harmonised import read_harmonised
    from talentstats.progress import listening
    from talentstats.regions.municipalities import read_municipalities
    from talentstats.synthetic.frame import synthetic_frame
    from talentstats.validation.respondents import validate_wave

    harmonised, municipalities = read_harmonised(REFERENCE), read_municipalities(REFERENCE)
    frame = synthetic_frame(WAVE, n=ROWS, seed=1, reference=REFERENCE)
    started = time.perf_counter()

    def told(step: str) -> None:
        print(f"  {time.perf_counter() - started:6.1f} s  {step}", file=sys.stderr, flush=True)

    with listening(told):
        validated = validate_wave(
            frame, harmonised.codebooks[WAVE], harmonised, municipalities=municipalities
        )
    seconds = time.perf_counter() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(seconds, megabytes, len(harmonised.in_wave(WAVE)), validated.result.verdict)


def main() -> int:
    """Print seconds and memory with their limits; 1 when one is passed or a clean wave raises an alarm."""
    command = [sys.executable, "-c", "from benchmarks.survey_validation import validate; validate()"]
    seconds, megabytes, variables, verdict = subprocess.check_output(command, text=True).split()
    passed = float(seconds) <= MOST_SECONDS and float(megabytes) <= MOST_MEGABYTES and verdict == "passed"
    name = f"validating a wave, n = {ROWS:,}, {variables} variables"
    print(f"{name:<52}{float(seconds):>9.2f} s  {MOST_SECONDS:g} s", end="  ")
    print(f"{float(megabytes):,.0f} MB (limit {MOST_MEGABYTES:,} MB)  {verdict}{'' if passed else '  OVER'}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
