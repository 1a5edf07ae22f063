"""Weighting for nonresponse: who responded stands for those like them who did not."""

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.survey.adjustment import Adjustment, Categories
from talentstats.survey.cells import find_cells
from talentstats.survey.sample import SurveySample
from talentstats.variance.groups import FloatArray, group_sums
from talentstats.weighting.adjustable import adjusted, new_name, open_cells

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassFactors:
    """Weighting classes, for any weights of the sample.

    Attributes
    ----------
    responded : str
        Column that says who responded, 1 or 0.
    classes : Categories
    """

    responded: str
    classes: Categories

    def __call__(self, frame: pl.DataFrame, weights: FloatArray) -> FloatArray:
        """Give the weight of those who did not respond to those of their class who did."""
        cells = find_cells(frame, [*self.classes.columns, self.responded])
        sums = group_sums(cells.code, weights, n_groups=cells.table.height)
        return np.asarray(weights * self.factors(cells.table, sums)[cells.code], dtype=np.float64)

    def factors(self, cells: pl.DataFrame, weights: FloatArray) -> FloatArray:
        """Give the factor of every cell of class and response, (cells, replicates).

        Raises
        ------
        InputError
            If nobody of a class responded.
        """
        responded = cells[self.responded].to_numpy().astype(np.float64)[:, None]
        code, count = self.classes.codes(cells), self.classes.levels.height
        everyone = group_sums(code, weights, n_groups=count)
        answered = group_sums(code, weights * responded, n_groups=count)
        empty = (answered <= 0) & (everyone > 0)
        if empty.any():
            raise self._empty(empty)
        ratio = np.divide(everyone, answered, out=np.zeros_like(everyone), where=answered > 0)
        return np.asarray(ratio[code] * responded, dtype=np.float64)

    def _empty(self, empty: np.ndarray) -> InputError:
        classes = np.flatnonzero(empty.any(axis=1))
        rows = [self.classes.levels.row(int(place)) for place in classes[:_SHOWN]]
        where = (
            "" if empty.shape[1] == 1 else f" in replicate {int(np.flatnonzero(empty.any(axis=0))[0]) + 1}"
        )
        return InputError(
            f"In {classes.size} class(es) nobody responded{where}, so nobody can stand for them.",
            expected="a respondent in every class",
            got="none in " + "; ".join(", ".join(map(str, row)) for row in rows),
            where="classes of " + ", ".join(f"`{name}`" for name in self.classes.columns),
            remedy="Merge the class with one that is like it.",
        )


def adjust_nonresponse(
    sample: SurveySample, responded: str, classes: str | Sequence[str], *, name: str | None = None
) -> SurveySample:
    r"""Give the weight of those who did not respond to respondents of the same class.

    Parameters
    ----------
    sample : SurveySample
        Everybody who was drawn, respondents or not.
    responded : str
        Column with 1 or true for a respondent, else 0 or false.
    classes : str or sequence of str
        Columns, known for everybody, whose combinations are the weighting classes.
    name : str, optional
        Column of the new weights; `nonresponse_weight` when not given.

    Returns
    -------
    SurveySample
        Those who did not respond weigh 0: they count for the variance and for nothing else.

    Raises
    ------
    InputError
        If nobody of a class responded, or it is not known who did.

    Notes
    -----
    :math:`w_k \sum_c w / \sum_{c \cap r} w` in class c. Särndal, Swensson & Wretman (1992), section 15.6;
    the variance takes the estimated response rates into account: a score is :math:`w_k \bar y_c` for
    everybody drawn plus the weighted residual of a respondent.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> drawn = pl.DataFrame({"sex": ["f", "f", "m", "m"], "answered": [1, 0, 1, 1], "w": [10.0] * 4})
    >>> sample = ts.SurveySample(drawn, ts.SurveyDesign(weight="w"))
    >>> ts.adjust_nonresponse(sample, "answered", "sex").frame["nonresponse_weight"].to_list()
    [20.0, 0.0, 10.0, 10.0]
    """
    columns = [classes] if isinstance(classes, str) else list(classes)
    check_responded(sample, responded, columns)
    opened = open_cells(sample, [*columns, responded])
    levels = opened.frame.select(columns).unique().sort(columns)
    refit = ClassFactors(responded=responded, classes=Categories(levels=levels))
    factors = refit.factors(opened.frame, opened.weight[:, None])[:, 0]
    adjustment = Adjustment(
        kind="nonresponse",
        before=opened.before,
        weight=name or new_name(sample, "nonresponse_weight"),
        refit=refit,
        residuals="classes",
        categories=(refit.classes,),
        responded=responded,
        by_cell=True,
        settings={"classes": ", ".join(columns)},
    )
    return adjusted(opened, adjustment, factors)


def check_responded(sample: SurveySample, responded: str, known: Sequence[str]) -> None:
    """Refuse a column that does not say of everybody whether they responded, and no columns to go by."""
    sample.require((responded,), what="column of the response")
    if not known or responded in known:
        raise InputError(
            "Nothing says who of those that did not respond is like whom.",
            expected=f"columns other than `{responded}` that are known for everybody",
            got=", ".join(f"`{name}`" for name in known) or "none",
        )
    if any(one.responded for one in sample.adjustments):
        raise InputError(
            "The weights of this sample were adjusted for nonresponse already.",
            expected="one adjustment for nonresponse",
            got="a second one",
            remedy="Start from the sample as it was drawn, and use all classes or covariates at once.",
        )
    reading = sample.read([responded])
    values = reading.collect(reading.rows.select(nw.col(responded)).unique())[responded].to_list()
    wrong = [value for value in values if value not in (0, 1)]
    if wrong or 1 not in values:
        raise InputError(
            f"`{responded}` does not say who responded.",
            expected="1 or true for a respondent, 0 or false for others, in every row",
            got=f"{wrong[0]!r}" if wrong else "no respondent",
            where=f"column `{responded}`",
            remedy="Make a column of 1 and 0 from it.",
        )
