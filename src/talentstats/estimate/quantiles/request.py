"""What is asked of quantiles, checked."""

from dataclasses import dataclass
from numbers import Real
from typing import Literal, get_args

from talentstats.errors import InputError, unknown_name
from talentstats.estimate.presentation import DF_RULES, DfRule
from talentstats.estimate.quantiles.rules import QUANTILE_RULES, InverseRule
from talentstats.estimate.request import Missing

QuantileInterval = Literal["mean", "beta", "xlogit", "asin", "score", "quantile"]
_LARGEST_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantileRequest:
    """One call for quantiles; fields as the arguments of `estimate_quantile`, `shares` for its quantiles.

    Raises
    ------
    InputError
        For a share that is not between 0 and 1 or is named twice, and unknown or impossible options.
    """

    variables: tuple[str, ...]
    shares: tuple[float, ...]
    by: tuple[str, ...]
    margins: bool
    missing: Missing
    interval: QuantileInterval
    conf_level: float
    df: DfRule
    inverse: InverseRule

    def __post_init__(self) -> None:
        for name, value, known in (
            ("rule for quantiles", self.inverse.rule, QUANTILE_RULES),
            ("interval for a quantile", self.interval, get_args(QuantileInterval)),
            ("rule for degrees of freedom", self.df, DF_RULES),
        ):
            if value not in known:
                raise unknown_name(name, str(value), known)
        wrong = [share for share in self.shares if not _is_between(share, 0, 1)]
        if wrong or not self.shares:
            raise InputError(
                "A quantile is a share of the population.",
                expected="numbers between 0 and 1, such as 0.5 for the median",
                got=repr(wrong[0]) if wrong else "none",
                where="`quantiles`",
                remedy="Write the 90th percentile as 0.9. A sample says nothing of the extremes, 0 and 1.",
            )
        if len(set(self.levels)) < len(self.shares):
            raise InputError(
                "A quantile is named twice.",
                got=", ".join(self.levels),
                remedy="Name each quantile once.",
            )
        if not _is_between(self.conf_level, 0, 1):
            raise InputError(
                "A confidence level lies between 0 and 1.",
                expected="a number such as 0.95",
                got=f"`{self.conf_level}`",
                remedy="Write 95 % as `conf_level=0.95`.",
            )
        if self.inverse.tie_tolerance != 0 and not _is_between(
            self.inverse.tie_tolerance, 0, _LARGEST_TOLERANCE
        ):
            raise InputError(
                "`tie_tolerance` is a very small share of the weights.",
                expected=f"at least 0 and below {_LARGEST_TOLERANCE:g}",
                got=f"`{self.inverse.tie_tolerance}`",
                remedy="Leave it out, unless weights are known to fewer digits than computers keep.",
            )

    @property
    def levels(self) -> tuple[str, ...]:
        """The quantiles as text."""
        return tuple(f"{share:.15g}" for share in self.shares)


def _is_between(value: object, low: float, high: float) -> bool:
    return isinstance(value, Real) and low < float(value) < high
