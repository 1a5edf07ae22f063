"""UWV's tension indicator: open vacancies per person on benefit for less than six months."""

from dataclasses import dataclass, replace

from talentstats.errors import InputError
from talentstats.labour.ratio import ratio_series
from talentstats.labour.series import Series
from talentstats.labour.stored import NETHERLANDS, read_series
from talentstats.store import ProcessedTable


@dataclass(frozen=True, slots=True)
class TensionClass:
    """One of UWV's five classes; the bounds belong to the class on their own side of `average`."""

    number: int
    name_nl: str
    name_en: str


CLASSES = (
    TensionClass(1, "zeer ruim", "very loose"),
    TensionClass(2, "ruim", "loose"),
    TensionClass(3, "gemiddeld", "average"),
    TensionClass(4, "krap", "tight"),
    TensionClass(5, "zeer krap", "very tight"),
)


def uwv_tension(region: str = NETHERLANDS, *, table: ProcessedTable | None = None) -> Series:
    """Tell UWV's tension: open vacancies per person on unemployment benefit for less than six months.

    Not to be compared with `tightness`: the numerator is the unadjusted count of vacancies and the
    denominator counts recent benefits, not unemployed persons.

    Raises
    ------
    NotPublishedError
        If UWV's components are not stored for the region; UWV publishes regions by class only.

    Examples
    --------
    >>> uwv_tension().at("2023Q1").value
    4.32
    """
    vacancies = read_series("uwv_vacancies_open", region=region, table=table)
    benefits = read_series("uwv_benefits_under_6_months", region=region, table=table)
    definition = replace(vacancies.definition, measure="uwv_tension", unit="ratio")
    return ratio_series(vacancies, benefits, definition=definition, scale=1.0, decimals=2)


def uwv_class(value: float) -> TensionClass:
    """Return the class of a tension value.

    Limits: below 0.25 very loose, below 0.67 loose, below 1.5 average, up to and with 4.0 tight, above
    4.0 very tight (UWV, Spanningsindicator).

    Raises
    ------
    InputError
        If the value is negative or not a number.

    Examples
    --------
    >>> uwv_class(4.32).name_en, uwv_class(4.0).name_en
    ('very tight', 'tight')
    """
    if not value >= 0:
        raise InputError(
            "A tension is not negative.",
            expected="a number of 0 or more",
            got=str(value),
            remedy="Check the vacancies and benefits it was made from.",
        )
    if value > 4.0:
        return CLASSES[4]
    limits = (0.25, 0.67, 1.5)
    return CLASSES[sum(value >= limit for limit in limits)]
