"""What a report wants to compare, and the test behind it: a contrast, and Holm's adjustment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from talentstats.labour.rounding import Range
from talentstats.language import Bilingual
from talentstats.reporting.numbers import Evidence, Source
from talentstats.terms import Period, Vintage

ALPHA = 0.05

Kind = Literal["level", "change"]
Outcome = Literal["higher", "lower", "unclear", "broken", "few"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A difference that was estimated, with its precision.

    Attributes
    ----------
    difference, std_error : float
        In percentage points or in units of a scale.
    df : float
        Degrees of freedom.
    interval : Range
        Confidence interval of the difference.
    n : int
        Respondents of the smaller of the two sides.
    conf_level : float
    """

    difference: float
    std_error: float
    df: float
    interval: Range
    n: int
    conf_level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A comparison the report wants to make.

    Attributes
    ----------
    id : str
        Such as `plans_to_stay.leiden.vs_nation.2025`.
    kind : {"level", "change"}
        Two groups at one moment, or one group at two.
    family : str
        The chapter; the claims of a family are tested together.
    contrast : Contrast or None
        None when it cannot be tested.
    barred : {"broken", "few"} or None
        Why not.
    reason : Bilingual or None
        What broke the trend.
    reference : Bilingual
        What it is compared with: `the national figure`, `2023`.
    unit : str
        Of the difference, such as `percentage_point`.
    decimals : int
        Of the difference.
    period, vintage, sources, synthetic
        Of the later of the two.
    """

    id: str
    kind: Kind
    family: str
    reference: Bilingual
    contrast: Contrast | None = None
    barred: Literal["broken", "few"] | None = None
    reason: Bilingual | None = None
    unit: str = "percentage_point"
    decimals: int = 0
    period: Period | None = None
    vintage: Vintage | None = None
    sources: tuple[Source, ...] = ()
    synthetic: bool = False


def holm(p: Sequence[float]) -> list[float]:
    """Adjust the p-values of a family of tests so that a single false finding in it is rare.

    The smallest is multiplied by the number of tests, the next by one less, and so on; none becomes smaller
    than the one before. Holm, S. (1979), Scandinavian Journal of Statistics 6.

    >>> [round(value, 3) for value in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    stepped = values[order] * np.arange(values.size, 0, -1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return [float(value) for value in adjusted]


def two_sided_p(contrast: Contrast) -> float:
    """Return the probability of a difference at least this large when there is none, by Student's t."""
    if contrast.std_error <= 0:
        return 0.0 if contrast.difference else 1.0
    return float(2 * special.stdtr(contrast.df, -abs(contrast.difference) / contrast.std_error))


def outcome_of(question: Question, test: Evidence | None, alpha: float = ALPHA) -> Outcome:
    """Say what may be claimed."""
    if test is None:
        return question.barred or "few"
    if test.adjusted_p >= alpha:
        return "unclear"
    return "higher" if test.difference > 0 else "lower"
