"""Where the data of a figure come from, as readers see it under the chart."""

import re
from collections.abc import Sequence

from talentstats.errors import InputError
from talentstats.language import format_date, has_text, text
from talentstats.provenance import Origin, Snapshot
from talentstats.terms import Language, Vintage

_REQUIRED = ("publisher", "table_id", "sha256")
_CBS_TABLE = re.compile(r"\d{5}[A-Za-z]{3}")
_NEWS = "news"


def read_sources(sources: Sequence[Origin | Snapshot]) -> tuple[tuple[Origin, ...], bool]:
    """Return the origins, and whether any of them is synthetic (only a snapshot can say so)."""
    origins = tuple(source.origin if isinstance(source, Snapshot) else source for source in sources)
    return origins, any(isinstance(source, Snapshot) and source.synthetic for source in sources)


def source_line(sources: Sequence[Origin], language: Language) -> str:
    """Return the source line: per publisher its tables with their days of publication, and the access.

    Vintages of one table, and news releases, are named once with the span of their days.
    """
    publishers = {origin.publisher: _publisher(origin.publisher, language) for origin in sources}
    cited = "; ".join(
        text(
            "source.entry",
            language,
            publisher=name,
            tables=_tables([origin for origin in sources if origin.publisher == publisher], language),
        )
        for publisher, name in publishers.items()
    )
    days = sorted({origin.accessed for origin in sources})
    first, last = (format_date(day, language=language) for day in (days[0], days[-1]))
    key = "source.accessed" if first == last else "source.accessed_span"
    accessed = (
        text(key, language, day=first) if first == last else text(key, language, first=first, last=last)
    )
    return text("source.line", language, sources=cited, accessed=accessed)


def check_sources(sources: Sequence[Origin]) -> None:
    """Check that each source can be cited: publisher, table, days and hash are known.

    Raises
    ------
    InputError
        If there is no source, or one misses a part.
    """
    if not sources:
        raise InputError(
            "The figure has no source.",
            expected="at least one `Origin`",
            got="none",
            remedy="Pass the origins of the data as `sources`.",
        )
    for origin in sources:
        missing = [name for name in _REQUIRED if not getattr(origin, name)]
        if missing:
            raise InputError(
                f"The source `{origin.dataset}` cannot be cited.",
                expected=", ".join(_REQUIRED),
                got=f"no {', '.join(missing)}",
                remedy="Complete its `snapshot.toml`.",
            )


def _publisher(name: str, language: Language) -> str:
    key = f"publisher.{name}"
    return text(key, language) if has_text(key) else name


def _tables(origins: Sequence[Origin], language: Language) -> str:
    by_name: dict[str, list[Vintage]] = {}
    for origin in sorted(origins, key=lambda origin: origin.table_id):
        by_name.setdefault(_table(origin, language), []).append(origin.published)
    return ", ".join(f"{name} ({_published(days, language)})" for name, days in by_name.items())


def _table(origin: Origin, language: Language) -> str:
    if _CBS_TABLE.fullmatch(origin.table_id):
        return text("source.table", language, table_id=origin.table_id)
    if origin.table_id.startswith(_NEWS):
        return text("source.news", language)
    return origin.table_id


def _published(days: Sequence[Vintage], language: Language) -> str:
    first, last = min(days), max(days)
    if first == last:
        key = "source.published" if first.precision == "day" else "source.published_month"
        return text(key, language, day=format_date(first, language=language))
    return text(
        "source.published_span",
        language,
        first=format_date(first, language=language),
        last=format_date(last, language=language),
    )
