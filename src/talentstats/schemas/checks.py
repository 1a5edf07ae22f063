"""The rules that relate rows to each other, as data; `validation.relations` computes them."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning"]

ANY_REGION = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContiguousPeriods:
    """No period is missing between the first and the last of a series within one dataset.

    Attributes
    ----------
    scattered : tuple of str
        Datasets (shell patterns such as `cbs/vacancies-news/*`) collected from separate publications:
        they hold figures, not series, so a missing period means nothing.
    """

    rule: str = "periods-contiguous"
    severity: Severity = "critical"
    scattered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowIdentity:
    """Stock(t) - stock(t-1) = inflow(t) - outflow(t), within half a published unit per term."""

    stock: str
    inflow: str
    outflow: str
    rule: str = "flow-identity"
    severity: Severity = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateConsistent:
    """A rate and its count imply a total that moves no more than `max_change` percent a period.

    The implied total (for the unemployment rate: the labour force) is an interval, because count and
    rate are both rounded; the distance between the intervals of two consecutive periods is checked.
    """

    count: str
    rate: str
    max_change: float
    rule: str = "rate-consistent"
    severity: Severity = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionalSum:
    """The parts add up to the whole, within the summed roundings plus `slack` (in the measure's unit)."""

    measure: str
    parts: tuple[str, ...]
    whole: str
    rule: str
    slack: float = 0.0
    severity: Severity = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredVariant:
    """The adjustments and methods that a dataset may hold for some measures.

    Attributes
    ----------
    dataset : str
        Shell pattern, such as `cbs/80472ned/*`; the first declaration that fits counts.
    """

    dataset: str
    measures: tuple[str, ...]
    adjustments: tuple[str, ...]
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneVariant:
    """A dataset holds a measure in the declared adjustment and method; undeclared: in exactly one."""

    variants: tuple[DeclaredVariant, ...] = ()
    rule: str = "one-variant"
    severity: Severity = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionSize:
    """A figure differs from its previous vintage by no more than `limit` percent, beyond rounding."""

    limit: float
    rule: str = "revision-size"
    severity: Severity = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodBegun:
    """A figure is published after its period began."""

    rule: str = "period-begun"
    severity: Severity = "critical"


TableCheck = (
    ContiguousPeriods | FlowIdentity | RateConsistent | RegionalSum | OneVariant | RevisionSize | PeriodBegun
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedDeviation:
    """A known departure from a rule, with its reason; it fails once it no longer applies.

    Attributes
    ----------
    rule : str
        Rule of a table check, such as `flow-identity`.
    dataset : str
        Snapshot folder below `data/raw`.
    period : str
        One period, `2008Q3`, or a run of them, `2011Q1/2011Q4`.
    region : str
        Region code, or `*` for every region.
    size : float
        The departure, in the unit of the rule, with its sign: thousands for the flow identity and the
        regional sums, percent for rates and revisions, 1 for a missing period.
    reason : str
        Why it is right as it is, and who says so.
    measure : str, optional
        Only this measure; without it, every measure the rule looks at.
    """

    rule: str
    dataset: str
    period: str
    region: str
    size: float
    reason: str
    measure: str | None = None
