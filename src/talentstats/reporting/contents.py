"""What a report holds, whatever it is about."""

from collections.abc import Mapping
from dataclasses import dataclass

from talentstats.figures import Figure
from talentstats.language import Bilingual
from talentstats.reporting.numbers import NumberStore
from talentstats.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The numbers, figures and tables of a report, and the warnings it must carry.

    Attributes
    ----------
    synthetic : bool
        Whether anything in it rests on synthetic data.
    """

    numbers: NumberStore
    figures: Mapping[str, Figure]
    tables: Mapping[str, Table]
    warnings: tuple[Bilingual, ...] = ()
    synthetic: bool = False
