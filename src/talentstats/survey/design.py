"""How a sample was drawn: the columns that say so, and the rules for the variance."""

from dataclasses import dataclass

from talentstats.errors import InputError, unknown_name
from talentstats.variance.linearisation import LONELY_RULES, LonelyRule

Columns = str | tuple[str, ...] | list[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyDesign:
    """Which columns describe how the sample was drawn.

    Parameters
    ----------
    weight : str, optional
        Column of the weights: how many persons of the population a row stands for.
    probability : str, optional
        Column of the inclusion probabilities instead of weights. Give neither when `fpc` of every stage
        says how many units there were; the weights then follow from it.
    strata : str or sequence of str, optional
        Column of the strata; one per stage when later stages were stratified too.
    psu : str or sequence of str, optional
        Column of the primary sampling units, followed by those of later stages. None: every row was
        drawn by itself.
    fpc : str or sequence of str, optional
        For each stage, the column with the number of units in the population of the stratum, or with the
        fraction of them that was drawn. A column in which nothing is above 1 holds fractions: 1 on every
        row is a census. None: drawn with replacement, or as good as.
    nested : bool
        True when the ids of units start again in every stratum. Otherwise an id in two strata is an error.
    lonely_psu : {"fail", "remove", "certainty", "adjust", "average"}
        What a stratum with a single unit adds to the variance: an error; nothing; nothing, because the
        unit was certain to be drawn; its distance from the mean of all units; the average of the others.
    ultimate_cluster : bool
        True to estimate the variance from the first stage alone.
    wave : str, optional
        Column that tells the waves of a repeated survey apart in a stacked file.
    case_id : str, optional
        Column that identifies a person across waves. Without `psu` it is the sampling unit.

    Raises
    ------
    InputError
        If the parts contradict each other.

    Examples
    --------
    >>> SurveyDesign(weight="weight", strata="stratum", psu="municipality").units
    ('municipality',)
    """

    weight: str | None = None
    probability: str | None = None
    strata: Columns = None
    psu: Columns = None
    fpc: Columns = None
    nested: bool = False
    lonely_psu: LonelyRule = "fail"
    ultimate_cluster: bool = False
    wave: str | None = None
    case_id: str | None = None

    def __post_init__(self) -> None:
        if self.lonely_psu not in LONELY_RULES:
            raise unknown_name("rule for lonely PSUs", self.lonely_psu, LONELY_RULES)
        if self.weight and self.probability:
            raise InputError(
                "A design has weights or inclusion probabilities, not both.",
                got=f"weight=`{self.weight}` and probability=`{self.probability}`",
                remedy="Leave one of the two out.",
            )
        _refuse_extra("strata", self.strata_columns, len(self.units) or 1)
        _refuse_extra("fpc", self.fpc_columns, len(self.units) or 1)
        if not self.weight and not self.probability and len(self.fpc_columns) < (len(self.units) or 1):
            raise InputError(
                "The design does not say what a row weighs.",
                expected="weight, probability, or the population size (`fpc`) of every stage",
                got="none of them",
                remedy="Name the column of the weights; for a sample of equal weights, add one that is 1.",
            )

    @property
    def strata_columns(self) -> tuple[str, ...]:
        """Columns of the strata, one per stratified stage."""
        return _as_tuple(self.strata)

    @property
    def fpc_columns(self) -> tuple[str, ...]:
        """Columns of the population sizes, one per stage."""
        return _as_tuple(self.fpc)

    @property
    def units(self) -> tuple[str, ...]:
        """Columns of the sampling units, first stage first; empty when every row is one."""
        return _as_tuple(self.psu) or _as_tuple(self.case_id)

    @property
    def stages_used(self) -> int:
        """How many stages the variance is estimated from."""
        if not self.fpc_columns or self.ultimate_cluster:
            return 1
        return max(1, len(self.units))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the design names, once."""
        named = (self.weight, self.probability, self.wave, self.case_id)
        listed = [name for name in named if name]
        return tuple(dict.fromkeys([*listed, *self.strata_columns, *self.units, *self.fpc_columns]))


def _as_tuple(columns: Columns) -> tuple[str, ...]:
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else tuple(columns)


def _refuse_extra(what: str, columns: tuple[str, ...], stages: int) -> None:
    if len(columns) > stages:
        raise InputError(
            f"The design has more columns for `{what}` than stages.",
            expected=f"at most {stages}, one per stage",
            got=", ".join(f"`{name}`" for name in columns),
            remedy="Name the sampling units of every stage in `psu`.",
        )
