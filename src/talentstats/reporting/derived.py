"""Numbers derived from others: counts, sums, shares, changes and words, each saying how."""

from collections.abc import Sequence
from dataclasses import replace

from talentstats.language import Bilingual, format_number, text
from talentstats.reporting.numbers import Number, Source, Witness, amount
from talentstats.terms import Language, Period, Vintage


def described(key: str, **values: str) -> Bilingual:
    """Return a method in words from the catalog, in both languages."""
    return Bilingual(nl=text(f"report.{key}", "nl", **values), en=text(f"report.{key}", "en", **values))


def counted(
    name: str,
    value: float,
    *,
    sources: tuple[Source, ...] = (),
    period: Period | None = None,
    method: Bilingual | None = None,
) -> Number:
    """Make a number of something counted in the data of the report."""
    witness = Witness(
        period=period, sources=sources, vintage=_latest(sources), method=method or described("method_counted")
    )
    return Number(id=name, value=float(value), witness=witness)


def words(
    name: str,
    value: Bilingual,
    *,
    sources: tuple[Source, ...],
    period: Period | None = None,
    vintage: Vintage | None = None,
) -> Number:
    """Make a number whose value is a name or a class."""
    witness = Witness(
        period=period, sources=sources, vintage=vintage or _latest(sources), method=described("method_words")
    )
    return Number(id=name, value=value, form="words", witness=witness)


def sum_of(name: str, parts: Sequence[Number]) -> Number:
    """Add numbers of one unit and period."""
    value = sum(amount(part) for part in parts)
    return _from_parts(name, value, parts, method=described("method_sum", count=str(len(parts))))


def change_of(name: str, later: Number, earlier: Number) -> Number:
    """Give the relative change from an earlier to a later number, in percent with one decimal.

    The facet `than` says it in words: `4.4% more than`.
    """
    value = 100.0 * (amount(later) / amount(earlier) - 1.0)
    method = Bilingual(nl=_change_formula(later, earlier, "nl"), en=_change_formula(later, earlier, "en"))
    made = _from_parts(name, value, (later, earlier), method=method)
    number = replace(made, form="change", decimals=1, unit="percent")
    in_words = Bilingual(nl=_than(value, "nl"), en=_than(value, "en"))
    than = replace(number, id=f"{name}.than", value=in_words, form="words", unit="")
    return replace(number, facets={"than": than})


def _change_formula(later: Number, earlier: Number, language: Language) -> str:
    return text("report.method_change", language, first=earlier.text(language), last=later.text(language))


def _than(value: float, language: Language) -> str:
    key = "report.more_than" if value > 0 else "report.less_than"
    return text(key, language, size=format_number(abs(value), decimals=1, language=language))


def _from_parts(name: str, value: float, parts: Sequence[Number], *, method: Bilingual) -> Number:
    sources = tuple(dict.fromkeys(source for part in parts for source in part.witness.sources))
    official = all(part.witness.certainty == "official" for part in parts)
    witness = Witness(
        period=parts[0].witness.period,
        vintage=_latest(sources),
        sources=sources,
        method=method,
        status=parts[0].witness.status,
        certainty="official" if official else "computed",
    )
    return Number(id=name, value=value, decimals=parts[0].decimals, unit=parts[0].unit, witness=witness)


def _latest(sources: tuple[Source, ...]) -> Vintage | None:
    return max((source.origin.published for source in sources), default=None)
