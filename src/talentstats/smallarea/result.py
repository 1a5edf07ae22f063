"""Small-area estimates: frozen, and saying wherever they are shown that a model made them."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
import polars as pl
from scipy.special import ndtri

from talentstats.errors import InputError
from talentstats.language import Bilingual, check_language
from talentstats.provenance import Origin
from talentstats.smallarea.checks import check_table
from talentstats.smallarea.direct_estimates import DirectEstimates
from talentstats.smallarea.fitted_model import FittedModel
from talentstats.smallarea.wording import explanation, kind_of, notes_of
from talentstats.terms import Language
from talentstats.variance.groups import FloatArray

_DIAGNOSTIC = ("synthetic", "residual")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmallAreaEstimates:
    """Model-based estimates by area; every operation gives a new one.

    Attributes
    ----------
    table : polars.DataFrame
        The column of the areas, `direct`, `direct_std_error`, `n_obs`, `estimate`, `mse`, `std_error` (its
        root), `conf_low`, `conf_high`, `cv`, `gamma` (the weight of the area's own direct estimate), `note`
        and `kind`, which says on every row that the estimate is model-based. Areas without respondents have
        no direct estimate; any other null has its reason in `note`, but for `n_obs` when the direct estimates
        came without and `cv` of an estimate of 0.
    area : str
        Name of the column of the areas.
    model : FittedModel
    conf_level : float
        Of the normal intervals.
    codes : tuple of tuple of str
        What `note` says, as keys of the texts.
    diagnostics : polars.DataFrame
        `synthetic` (value of the regression) and `residual` (standardised; null without respondents), a row
        for each area.
    remarks : tuple of Bilingual
        What has to be said of all areas.
    benchmarked : bool
        True when the estimates were made to add up to the national figure.
    unit : str or None
    origins : tuple of Origin
    synthetic : bool
        True for invented data.
    """

    table: pl.DataFrame
    area: str
    model: FittedModel
    conf_level: float
    codes: tuple[tuple[str, ...], ...]
    diagnostics: pl.DataFrame
    remarks: tuple[Bilingual, ...] = ()
    benchmarked: bool = False
    unit: str | None = None
    origins: tuple[Origin, ...] = ()
    synthetic: bool = False

    def __len__(self) -> int:
        return self.table.height

    def label(self, language: Language) -> str:
        """Say what kind of estimates these are: `model-based (Fay-Herriot, REML)`."""
        return kind_of(self.model.model, self.model.method, language, benchmarked=self.benchmarked)

    def explanation(self, language: Language) -> str:
        """Write for under a table or figure what that means, and what else has to be said."""
        remarks = [one.in_language(language) for one in self.remarks]
        sentences = [f"{remark[:1].upper()}{remark[1:]}." for remark in remarks]
        return " ".join([explanation(language), *sentences])

    def to_polars(self, *, language: Language = "en") -> pl.DataFrame:
        """Return the table as a polars frame, `note` and `kind` in one language."""
        if check_language(language) == "en":
            return self.table
        notes = [notes_of(codes, language) for codes in self.codes]
        kind = pl.lit(self.label(language)).alias("kind")
        return self.table.with_columns(pl.Series("note", notes, dtype=pl.String), kind)

    def to_pandas(self, *, language: Language = "en") -> pd.DataFrame:
        """Return the table as a pandas frame, `note` and `kind` in one language."""
        return self.to_polars(language=language).to_pandas()

    def residuals(self) -> pl.DataFrame:
        """Compare the model with the direct estimates, area by area.

        Returns
        -------
        polars.DataFrame
            The area; `synthetic`, the value of the regression; `residual`, direct less synthetic over its
            standard deviation in the model; `shrinkage`, estimate less direct; `gain`, the direct standard
            error over that of the model; `kind`.
        """
        return pl.concat([self.table, self.diagnostics], how="horizontal").select(
            self.area,
            "synthetic",
            "residual",
            (pl.col("estimate") - pl.col("direct")).alias("shrinkage"),
            (pl.col("direct_std_error") / pl.col("std_error")).alias("gain"),
            "kind",
        )

    def checks(self) -> pl.DataFrame:
        """Test what the model supposes: normal residuals, and estimates that agree with the direct ones.

        Returns
        -------
        polars.DataFrame
            `check`, `statistic`, `df`, `p_value`, `note`: the test of Shapiro & Wilk (1965) on the
            standardised residuals; and that of Brown, Chambers, Heady & Heasman (2001), the sum of squared
            differences between direct and model-based estimates over the sum of their variances, against
            chi-square.
        """
        return check_table(pl.concat([self.table, self.diagnostics], how="horizontal"))

    def _summary(self) -> str:
        parts = [self.label("en"), f"{100 * self.conf_level:g} % normal interval"]
        if self.unit:
            parts.append(f"in {self.unit}")
        parts += [remark.in_language("en") for remark in self.remarks]
        if self.synthetic:
            parts.append("synthetic data")
        return "; ".join(parts)

    def __repr__(self) -> str:
        with pl.Config(
            tbl_rows=20,
            tbl_cols=-1,
            tbl_hide_dataframe_shape=True,
            tbl_hide_column_data_types=True,
            tbl_width_chars=160,
        ):
            return f"{self._summary()}\n{self._shown().drop('kind')}"

    def _repr_html_(self) -> str:
        with pl.Config(
            tbl_rows=40, tbl_cols=-1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True
        ):
            return f"<p>{escape(self._summary())}</p>{self._shown()._repr_html_()}"

    def _shown(self) -> pl.DataFrame:
        return self.table.drop([name for name in ("n_obs", "note") if not any(self.table[name])])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictions:
    """What a model gives for a row of areas.

    Attributes
    ----------
    synthetic, estimate, mse, gamma, residual : (areas,) float
        `residual` is NaN without respondents.
    codes : tuple of tuple of str
    """

    synthetic: FloatArray
    estimate: FloatArray
    mse: FloatArray
    gamma: FloatArray
    residual: FloatArray
    codes: tuple[tuple[str, ...], ...]


def present(
    direct: DirectEstimates,
    predictions: Predictions,
    *,
    model: FittedModel,
    conf_level: float,
    remarks: Sequence[Bilingual] = (),
) -> SmallAreaEstimates:
    """Put direct and model-based estimates side by side.

    Parameters
    ----------
    direct : DirectEstimates
        One row for each prediction.
    predictions : Predictions
    model : FittedModel
    conf_level : float
    remarks : sequence of Bilingual
    """
    require_level(conf_level)
    codes = tuple(
        (*given, "negative_mse") if mse < 0 else given
        for given, mse in zip(predictions.codes, predictions.mse, strict=True)
    )
    kind = kind_of(model.model, model.method, "en")
    table = direct.table.hstack(precision_columns(predictions.estimate, predictions.mse, conf_level))
    return SmallAreaEstimates(
        table=table.with_columns(
            pl.Series("gamma", predictions.gamma),
            pl.Series("note", [notes_of(one, "en") for one in codes], dtype=pl.String),
            pl.lit(kind).alias("kind"),
        ),
        area=direct.area,
        model=model,
        conf_level=conf_level,
        codes=codes,
        diagnostics=pl.DataFrame(
            {
                "synthetic": predictions.synthetic,
                "residual": pl.Series(predictions.residual, nan_to_null=True),
            }
        ),
        remarks=(*direct.remarks, *remarks),
        unit=direct.unit,
        origins=direct.origins,
        synthetic=direct.synthetic,
    )


def precision_columns(estimate: FloatArray, mse: FloatArray, conf_level: float) -> pl.DataFrame:
    """Give the columns from `estimate` to `cv`; null where the mean squared error is negative."""
    known = np.where(mse >= 0, mse, np.nan)
    error = np.sqrt(known)
    margin = float(ndtri((1 + conf_level) / 2)) * error
    cv = error / np.where(estimate == 0, np.nan, np.abs(estimate))
    columns = {
        "estimate": estimate,
        "mse": known,
        "std_error": error,
        "conf_low": estimate - margin,
        "conf_high": estimate + margin,
        "cv": cv,
    }
    return pl.DataFrame({name: pl.Series(values, nan_to_null=True) for name, values in columns.items()})


def require_level(conf_level: float) -> None:
    """Refuse a confidence level that is no probability."""
    if not 0 < conf_level < 1:
        raise InputError(
            "The confidence level is not between 0 and 1.",
            expected="a number such as 0.95",
            got=f"{conf_level}",
            remedy="Write 95 per cent as 0.95.",
        )
