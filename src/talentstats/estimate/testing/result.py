"""The outcome of a test: the statistic, what it was compared with, and what it is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import polars as pl

from talentstats.provenance import Origin


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TestResult:
    """One test of a hypothesis, with everything a reader of its p-value needs.

    Attributes
    ----------
    method : str
    about : str
        The variables, and which groups are compared.
    statistic : float
    statistic_name : str
        "t", "F" or "chi-square".
    parameter : tuple of float
        Degrees of freedom: one, or those of numerator and denominator; empty for a distribution without.
    p_value : float
    estimate, std_error : float or None
        What the test is about, when it is one number.
    conf_low, conf_high : float or None
        Confidence interval of `estimate`.
    conf_level : float or None
    null_value : float or None
        What `estimate` is under the hypothesis.
    observed, expected : polars.DataFrame or None
        Estimated table, and what it would be without association; they add up to the rows of the
        subpopulation, with an answer or without, as in R.
    n_obs, n_missing : int
        Rows of the subpopulation that were used, and that lacked a value.
    missing : mapping of str to int
        Rows of the sample without a value, by column.
    origins : tuple of Origin
    synthetic : bool
    """

    method: str
    about: str
    statistic: float
    statistic_name: str
    parameter: tuple[float, ...]
    p_value: float
    estimate: float | None = None
    std_error: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    conf_level: float | None = None
    null_value: float | None = None
    observed: pl.DataFrame | None = None
    expected: pl.DataFrame | None = None
    n_obs: int
    n_missing: int
    missing: Mapping[str, int]
    origins: tuple[Origin, ...] = ()
    synthetic: bool = False

    def _lines(self) -> list[str]:
        df = " and ".join(f"{value:.4g}" for value in self.parameter)
        compared = f" on {df} degrees of freedom" if df else ""
        p_value = "p < 0.0001" if self.p_value < 0.0001 else f"p = {self.p_value:.4f}"
        lines = [
            f"{self.method}: {self.about}",
            f"{self.statistic_name} = {self.statistic:.5g}{compared}, {p_value}",
        ]
        if self.estimate is not None:
            lines.append(self._estimated(self.estimate))
        count = f"{self.n_obs} rows used"
        if self.n_missing:
            count += f", {self.n_missing} without a value left out"
        return [*lines, count + ("; synthetic data" if self.synthetic else "")]

    def _estimated(self, estimate: float) -> str:
        line = f"estimate {estimate:.5g}"
        if self.conf_low is not None and self.conf_high is not None and self.conf_level is not None:
            line += f", {100 * self.conf_level:g} % interval {self.conf_low:.5g} to {self.conf_high:.5g}"
        return line if self.null_value is None else f"{line}; under the hypothesis {self.null_value:g}"

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        text = "<br>".join(escape(line) for line in self._lines())
        return f"<p>{text}</p>"
