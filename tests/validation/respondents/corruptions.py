"""The suite of deliberate corruptions: each spoils a clean wave, and its rule must catch it.

`python tests/validation/respondents/corruptions.py` prints what was missed, and the score.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

if TYPE_CHECKING:
    from validation.respondents.delivery import Corruption


def all_corruptions() -> "tuple[Corruption, ...]":
    """Return every corruption, those of single columns first."""
    from validation.respondents.spoiled_answers import SPOILED_ANSWERS
    from validation.respondents.spoiled_columns import SPOILED_COLUMNS
    from validation.respondents.spoiled_design import SPOILED_DESIGN
    from validation.respondents.spoiled_waves import SPOILED_WAVES

    return (*SPOILED_COLUMNS, *SPOILED_DESIGN, *SPOILED_ANSWERS, *SPOILED_WAVES)


def catching(corruption: "Corruption", *, seed: int = 1) -> set[str]:
    """Return the rules that a spoiled wave breaks with the severity of the corruption."""
    from validation.respondents.delivery import clean

    random = np.random.default_rng([seed, *corruption.name.encode()])
    result = corruption.spoil(clean(corruption.wave), random).validate().result
    return {one.rule for one in result.outcomes if not one.passed and one.severity == corruption.severity}


def score(caught: "Sequence[Corruption]") -> str:
    """Say how many were caught, and how many of those that must stop everything."""
    declared = all_corruptions()
    critical = [one for one in declared if one.severity == "critical"]
    stopped = [one for one in caught if one.severity == "critical"]
    return f"caught {len(caught)} of {len(declared)}; critical {len(stopped)} of {len(critical)}"


def main() -> int:
    """Print the corruptions that were missed and the score; 1 when one was missed."""
    declared = all_corruptions()
    caught = [one for one in declared if one.rule in catching(one)]
    for one in declared:
        if one not in caught:
            sys.stdout.write(f"missed: {one.name} ({one.rule}, {one.severity})\n")
    sys.stdout.write(f"{score(caught)}\n")
    return int(len(caught) < len(declared))


if __name__ == "__main__":
    sys.exit(main())
