"""The rules for a wave of respondents as data; `validation.respondents` computes them."""

from dataclasses import dataclass

from talentstats.schemas.checks import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveCheck:
    """A rule on a wave as a whole.

    Attributes
    ----------
    rule : str
        Its id; what computes it is found by this name.
    column : str
        Column that a failure is about; `*` where the rule names one for each failure.
    limit : float
        How far a deviation may go, in the unit of the rule.
    """

    rule: str
    column: str
    severity: Severity = "critical"
    limit: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Is:
    """The column has one of these values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """The number in the column is at least this."""

    column: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMost:
    """The number in the column is at most this."""

    column: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """The year in the column is no more than so many years before the wave."""

    column: str
    years: int


Term = Is | AtLeast | AtMost | Since


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Answers of one respondent that do not go together.

    Attributes
    ----------
    terms : tuple of Term
        When all of them hold the rule is broken; it looks at rows in which all their columns are filled.
    tolerated : float
        People err, and a rare answer can be true: the share of those for whom all terms but the last hold
        that may break the rule. With 0 nobody may.
    """

    rule: str
    terms: tuple[Term, ...]
    severity: Severity = "critical"
    tolerated: float = 0.0

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the terms, each once."""
        return tuple(dict.fromkeys(term.column for term in self.terms))


WAVE_CHECKS = (
    # The design: without it no standard error is right.
    WaveCheck(rule="weights-sum", column="design_weight", limit=25.0),  # percent of the population
    WaveCheck(rule="weights-effect", column="design_weight", limit=6.0),  # Kish's design effect
    WaveCheck(rule="weights-ratio", column="design_weight", limit=50.0),  # largest / median
    WaveCheck(rule="psu-nested", column="psu"),
    WaveCheck(rule="psu-lonely", column="stratum"),
    WaveCheck(rule="psu-total-constant", column="n_psu"),
    WaveCheck(rule="psu-total-enough", column="n_psu"),
    WaveCheck(rule="frame-complete", column="region"),
    WaveCheck(rule="frame-complete", column="register"),
    WaveCheck(rule="rows-complete", column="row"),
    # Who they are.
    WaveCheck(rule="look-alikes", column="respondent_id", severity="warning", limit=2.0),  # percent
    WaveCheck(rule="panel-traits", column="panel_id", severity="warning", limit=1.0),  # percent
    # The answers.
    WaveCheck(rule="answers-present", column="*"),
    WaveCheck(rule="answers-vary", column="*"),
    WaveCheck(rule="breaking-off", column="*", severity="warning", limit=15.0),  # percent
    WaveCheck(rule="straight-lining", column="*", severity="warning", limit=5.0),  # percent
    WaveCheck(rule="speeding", column="duration_seconds", severity="warning", limit=5.0),  # percent
    WaveCheck(rule="nonresponse-high", column="*", severity="warning", limit=40.0),  # percent
    WaveCheck(rule="nonresponse-jump", column="*", severity="warning", limit=8.0),  # percentage points
    WaveCheck(rule="share-jump", column="*", severity="warning", limit=15.0),  # percentage points
    WaveCheck(rule="mean-jump", column="*", severity="warning", limit=25.0),  # percent
    # The file and the figures that came with it.
    WaveCheck(rule="wave-agrees", column="*"),
    WaveCheck(rule="labels-agree", column="*"),
    WaveCheck(rule="labels-known", column="*", severity="warning"),
    WaveCheck(rule="delivered-n", column="*"),
    WaveCheck(rule="delivered-share", column="*", severity="warning", limit=5.0),  # percentage points
)

_FIRST_YEAR_OF_BAND = {"1970_1979": 1970, "1980_1989": 1980, "1990_1999": 1990, "from_2000": 2000}
_OBSTACLES = ("language", "recognition", "network", "permit", "childcare", "discrimination")

COMBINATIONS = (
    *(
        Combination(
            rule="arrival-after-birth",
            terms=(
                AtMost(column="arrival_year", value=first - 1),
                Is(column="birth_year_band", values=(band,)),
            ),
        )
        for band, first in _FIRST_YEAR_OF_BAND.items()
    ),
    *(
        Combination(
            rule="no-obstacle-alone",
            terms=(
                Is(column="partner_obstacles_none", values=("yes",)),
                Is(column=f"partner_obstacles_{obstacle}", values=("yes",)),
            ),
        )
        for obstacle in _OBSTACLES
    ),
    Combination(
        rule="protection-nationality",
        terms=(
            Is(column="permit", values=("temporary_protection",)),
            Is(column="nationality_broad", values=("dutch", "eu_efta")),
        ),
    ),
    Combination(
        rule="protection-register",
        terms=(
            Is(column="register", values=("ukraine",)),
            Is(
                column="permit",
                values=(
                    "eu_free_movement",
                    "highly_skilled",
                    "blue_card",
                    "orientation_year",
                    "student",
                    "family",
                    "other",
                ),
            ),
        ),
    ),
    Combination(
        rule="centre-unknown-but-used",
        terms=(
            Is(column="used_centre", values=("yes",)),
            Is(column="knew_centre", values=("no",)),
        ),
    ),
    Combination(
        rule="protection-arrival",
        terms=(
            Is(column="register", values=("ukraine",)),
            AtMost(column="arrival_year", value=2013),
        ),
        severity="warning",
        tolerated=0.05,
    ),
    Combination(
        rule="free-movement-nationality",
        terms=(
            Is(column="permit", values=("eu_free_movement",)),
            Is(column="nationality_broad", values=("other",)),
        ),
        severity="warning",
        tolerated=0.05,
    ),
    Combination(
        rule="permit-nationality",
        terms=(
            Is(column="permit", values=("highly_skilled", "blue_card", "orientation_year")),
            Is(column="nationality_broad", values=("dutch", "eu_efta")),
        ),
        severity="warning",
        tolerated=0.05,
    ),
    Combination(
        rule="student-hours",
        terms=(Is(column="role", values=("student",)), AtLeast(column="hours", value=60)),
        severity="warning",
        tolerated=0.02,
    ),
    Combination(
        rule="worker-without-work",
        terms=(
            Is(column="role", values=("employee", "self_employed")),
            Is(column="paid_work", values=("no",)),
        ),
        severity="warning",
        tolerated=0.05,
    ),
    Combination(
        rule="ruling-arrival",
        terms=(
            Is(column="ruling_30", values=("yes",)),
            AtMost(column="arrival_year", value=2005),
        ),
        severity="warning",
        tolerated=0.12,
    ),
    Combination(
        rule="search-since-arrival",
        terms=(AtLeast(column="months_to_find_home", value=37), Since(column="arrival_year", years=1)),
        severity="warning",
        tolerated=0.02,
    ),
    Combination(
        rule="work-language-level",
        terms=(
            Is(column="work_language", values=("dutch",)),
            Is(column="dutch_level", values=("none",)),
        ),
        severity="warning",
        tolerated=0.05,
    ),
)
