"""How a sample was drawn: the columns that say so, and the rules for the variance."""

from dataclasses import dataclass, replace

from talentstats.errors import InputError, unknown_name
from talentstats.survey.unequal import Brewer, JointProbabilities, PairwiseRule
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
        row is a census. None: drawn with replacement, or as good as. With `pairwise` the column with the
        inclusion probability of each unit of the stage; by default `probability`.
    pairwise : Brewer, Overton, HartleyRao or JointProbabilities, optional
        How the variance accounts for pairs of units that were drawn with unequal probabilities, without
        replacement. None: with equal ones in each stratum, or with replacement.
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
    pairwise: PairwiseRule | None = None
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
        if self.pairwise is not None:
            _check_pairwise(self, self.pairwise)

    @property
    def strata_columns(self) -> tuple[str, ...]:
        """Columns of the strata, one per stratified stage."""
        return _as_tuple(self.strata)

    @property
    def fpc_columns(self) -> tuple[str, ...]:
        """Columns of the population sizes, one per stage; with `pairwise` of the inclusion probabilities."""
        return _as_tuple(self.probability if self.pairwise is not None and self.fpc is None else self.fpc)

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

    def reweighted(self, weight: str) -> "SurveyDesign":
        """Return the design with a column of weights; units keep the probabilities they were drawn with."""
        return replace(self, weight=weight, probability=None, fpc=self.fpc_columns or None)


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


def _check_pairwise(design: SurveyDesign, rule: object) -> None:
    """Refuse what designs with unequal probabilities cannot have, or cannot do without."""
    if not isinstance(rule, PairwiseRule):
        raise InputError(
            "`pairwise` does not say how pairs of units are accounted for.",
            expected="`Brewer()`, `Overton()`, `HartleyRao()` or `JointProbabilities(...)`",
            got=f"`{rule!r}`",
            remedy="Make one of them, with the brackets.",
        )
    stages = len(design.units)
    if not design.fpc_columns or (design.fpc is None and stages > 1):
        raise InputError(
            "The design does not say with which probability the units were drawn.",
            expected="the column of the inclusion probability of each stage in `fpc`"
            if stages > 1
            else "the column of the inclusion probabilities in `probability`",
            got=f"only `probability` for {stages} stages" if design.probability else "none",
            remedy="Weights alone do not say it: these may have been adjusted since.",
        )
    if design.stages_used > 1 and not isinstance(rule, Brewer):
        raise InputError(
            f"`{type(rule).__name__}` is for units drawn in one stage.",
            expected="one column in `psu`, or none",
            got=f"{stages}",
            remedy="Use `Brewer()`, or `ultimate_cluster=True` for the variance of the first stage alone.",
        )
    if isinstance(rule, JointProbabilities):
        _check_ids(design, rule)


def _check_ids(design: SurveyDesign, rule: JointProbabilities) -> None:
    """Refuse joint probabilities of which it is not clear to what units they belong."""
    if (rule.units is None) == bool(design.units):
        raise InputError(
            "It is not clear to which units the joint probabilities belong.",
            expected=f"`units`, with the values of `{design.units[0]}`"
            if design.units
            else "no `units`: without `psu` the rows of the frame are the units, in their order",
            got="none" if rule.units is None else f"{len(rule.units)} ids and no `psu`",
            remedy="Name the ids in `JointProbabilities(units=...)` and their column in `psu`, or neither.",
        )
    if design.nested:
        raise InputError(
            "The ids of the joint probabilities start again in every stratum.",
            expected="ids that are unique over the strata",
            got="`nested=True`",
            remedy="Make a column of ids that are unique, such as stratum and id together.",
        )
