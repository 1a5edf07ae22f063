"""The municipalities of each year since 1988, and respondents' codes carried from one year to another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import polars as pl

from talentstats.errors import InputError, closest, unknown_name
from talentstats.regions.boundary_changes import (
    BoundaryChange,
    Redrawn,
    Split,
    Successor,
    redrawn,
)
from talentstats.regions.code_years import (
    FIRST_YEAR,
    LAST_YEAR,
    new_year,
    not_of_year,
    refuse_backwards,
    refuse_divided,
    unknown_codes,
)
from talentstats.regions.municipality_files import (
    Municipality,
    read_changes,
    read_list,
    read_survey_regions,
)
from talentstats.regions.walk import destinations

#: Region of a municipality that is not in the area of a participating centre.
REST = "rest"

CarryRule = Literal["largest", "whole"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Codes of one year written in those of another, and what that cost.

    Attributes
    ----------
    codes : polars.Series
        As long as the codes given, in their order; null stays null.
    splits : tuple of Split
        Municipalities among the codes given that were divided.
    redrawn : tuple of Redrawn
        Municipalities before or after that went on under their code while inhabitants came or left with
        their land. A border change without inhabitants is not listed.
    """

    codes: pl.Series = field(repr=False)
    from_year: int
    to_year: int
    splits: tuple[Split, ...] = field(repr=False)
    redrawn: tuple[Redrawn, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipalities:
    """Every municipality since 1988, what became of it, and the survey's regions.

    Attributes
    ----------
    municipalities : mapping of code to Municipality
    changes : tuple of BoundaryChange
        In order of their days.
    survey_regions : mapping of code to region
        Municipalities in the area of a participating centre.
    """

    municipalities: Mapping[str, Municipality] = field(repr=False)
    changes: tuple[BoundaryChange, ...] = field(repr=False)
    survey_regions: Mapping[str, str] = field(repr=False)

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the survey's regions, `rest` last."""
        return (*dict.fromkeys(self.survey_regions.values()), REST)

    def valid_in(self, year: int) -> frozenset[str]:
        """Return the codes valid on 1 January of a year.

        Raises
        ------
        InputError
            If the list does not hold that year.
        """
        return frozenset(
            code for code in self.areas_in(year) if self.municipalities[code].kind == "municipality"
        )

    def areas_in(self, year: int) -> frozenset[str]:
        """Return the codes of 1 January of a year under which persons or land were counted.

        Until 1996 some are no municipality: a polder, and a register of persons without an address.

        Raises
        ------
        InputError
            If the list does not hold that year.
        """
        day = new_year(year)
        return frozenset(code for code, known in self.municipalities.items() if known.existed_on(day))

    def checked_codes(self, codes: Iterable[str], year: int) -> list[str]:
        """Return codes in order, each once, after checking that they were valid on 1 January of a year.

        Raises
        ------
        InputError
            If a code is unknown, had ended or did not exist yet; the error names what became of it, or of
            what it was formed.
        """
        given = sorted(set(codes))
        day = new_year(year)
        wrong = [code for code in given if not self._known(code).existed_on(day)]
        if wrong:
            raise self._not_of_year(wrong, year, where=None)
        return given

    def name(self, code: str) -> str:
        """Return the name of a municipality by its code, also of one that has ended.

        Raises
        ------
        InputError
            If the code is unknown; the closest one is offered.
        """
        return self._known(code).name

    def successors(self, code: str, year: int) -> tuple[Successor, ...]:
        """Return where the inhabitants of a municipality lived on 1 January of a year, largest share first.

        Raises
        ------
        InputError
            If the code is unknown or began after that day.
        """
        day, known = new_year(year), self._known(code)
        if known.existed_on(day):
            return (Successor(code=code, share=1.0),)
        if known.valid_to is None or known.valid_to > day:
            raise self._not_of_year([code], year, where=None)
        return destinations(self.changes, [code], after=known.valid_to, until=day)[code]

    def carry(
        self, codes: pl.Series, *, from_year: int, to_year: int, rule: CarryRule = "largest"
    ) -> Carried:
        """Write respondents' municipality codes of one year in the codes of a later year.

        Parameters
        ----------
        codes : polars.Series of str
            Codes valid on 1 January of `from_year`; null stays null.
        rule : {"largest", "whole"}
            What to do with a municipality that was divided: all respondents to the part with the most
            inhabitants, or refuse.

        Raises
        ------
        InputError
            If a code is unknown, had ended, or did not exist yet in `from_year`; if the years run backwards;
            if `rule` is `whole` and inhabitants of a municipality went to several.
        """
        if rule not in get_args(CarryRule):
            raise unknown_name("rule", rule, get_args(CarryRule))
        after, until = new_year(from_year), new_year(to_year)
        refuse_backwards(from_year, to_year)
        present = self._valid_codes(codes, from_year)
        ways = destinations(self.changes, present, after=after, until=until)
        target = {code: way[0].code for code, way in ways.items()}
        splits = tuple(
            Split(code=code, to=way[0].code, elsewhere=1 - way[0].share)
            for code, way in ways.items()
            if len(way) > 1
        )
        moved = redrawn(self.changes, {*present, *target.values()}, after=after, until=until)
        if rule == "whole":
            refuse_divided(splits, moved, known=self.municipalities, years=(from_year, to_year))
        return Carried(
            codes=codes.replace_strict(target, return_dtype=pl.String),
            from_year=from_year,
            to_year=to_year,
            splits=splits,
            redrawn=moved,
        )

    def region_of(self, code: str) -> str:
        """Return the region of the survey in which a municipality lies, `rest` outside all of them.

        A code that has ended lies where most of its inhabitants live now.
        """
        if code in self.survey_regions:
            return self.survey_regions[code]
        known = self._known(code)
        now = self.successors(code, LAST_YEAR)[0].code if known.valid_to else code
        return self.survey_regions.get(now, REST)

    def municipalities_of(self, region: str, year: int) -> tuple[str, ...]:
        """Return the codes of a survey region that were valid on 1 January of a year, in order."""
        if region not in self.regions:
            raise unknown_name("region", region, self.regions)
        return tuple(code for code in sorted(self.valid_in(year)) if self.region_of(code) == region)

    def _known(self, code: str) -> Municipality:
        if code in self.municipalities:
            return self.municipalities[code]
        near = closest(code, self.municipalities)
        raise InputError(
            f"Unknown municipality `{code}`.",
            expected=f"a code of CBS since {FIRST_YEAR}, such as `GM0546`",
            got=f"`{code}`",
            remedy=f"Did you mean `{near}`?" if near else "Correct the code.",
        )

    def _valid_codes(self, codes: pl.Series, year: int) -> list[str]:
        where = f"column `{codes.name}`" if codes.name else None
        if codes.dtype != pl.String:
            raise InputError(
                "Municipality codes are texts.",
                where=where,
                expected="texts such as `GM0546`",
                got=f"a column of type {codes.dtype}",
                remedy="Give the codes as texts with `GM` and four digits.",
            )
        present = codes.drop_nulls().unique().sort().to_list()
        unknown = [code for code in present if code not in self.municipalities]
        if unknown:
            raise unknown_codes(int(codes.is_in(unknown).sum()), year, where=where)
        wrong = [code for code in present if not self.municipalities[code].existed_on(new_year(year))]
        if wrong:
            raise self._not_of_year(wrong, year, where=where)
        return present

    def _not_of_year(self, codes: Iterable[str], year: int, *, where: str | None) -> InputError:
        became, formed = {}, {}
        for code in codes:
            ended = self.municipalities[code].valid_to
            if ended and ended < new_year(year):
                became[code] = tuple(part.code for part in self.successors(code, year))
            else:
                began = self.municipalities[code].valid_from
                formed[code] = tuple(
                    change.from_code
                    for change in self.changes
                    if change.to_code == code and change.on == began
                )
        return not_of_year(became, formed, year, known=self.municipalities, where=where)


def read_municipalities(reference: Path) -> Municipalities:
    """Read the municipalities, their changes and the survey's regions from `data/reference`.

    Raises
    ------
    InputError
        If a file is missing or a row of it cannot be read.

    Examples
    --------
    >>> from talentstats.workspace import find_workspace
    >>> municipalities = read_municipalities(find_workspace().reference)
    >>> len(municipalities.valid_in(2019))
    355
    >>> [(part.code, municipalities.name(part.code)) for part in municipalities.successors("GM0576", 2025)]
    [('GM0575', 'Noordwijk')]
    """
    return Municipalities(
        municipalities=read_list(reference),
        changes=read_changes(reference),
        survey_regions=read_survey_regions(reference),
    )
