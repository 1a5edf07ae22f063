"""Where the data of a figure come from, as readers see it under the chart."""

from collections.abc import Sequence
from itertools import groupby

from talentstats.errors import InputError
from talentstats.language import format_date, has_text, text
from talentstats.provenance import Origin, Snapshot
from talentstats.terms import Language

_REQUIRED = ("publisher", "table_id", "sha256")


def read_sources(sources: Sequence[Origin | Snapshot]) -> tuple[tuple[Origin, ...], bool]:
    """Return the origins, and whether any of them is synthetic (only a snapshot can say so)."""
    origins = tuple(source.origin if isinstance(source, Snapshot) else source for source in sources)
    return origins, any(isinstance(source, Snapshot) and source.synthetic for source in sources)


def source_line(sources: Sequence[Origin], language: Language) -> str:
    """Return the source line: publisher, table, day of publication and day of reading.

    Origins of one table are named once, with the span of their days of publication.
    """
    ordered = sorted(sources, key=_table_key)
    entries = [_entry(tuple(group), language) for _, group in groupby(ordered, key=_table_key)]
    key = "source.line" if len(entries) == 1 else "source.lines"
    return text(key, language, sources="; ".join(entries)) + "."


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


def _table_key(origin: Origin) -> tuple[str, str]:
    return (origin.publisher, origin.table_id)


def _entry(origins: tuple[Origin, ...], language: Language) -> str:
    first = origins[0]
    publisher = f"publisher.{first.publisher}"
    return text(
        "source.entry",
        language,
        publisher=text(publisher, language) if has_text(publisher) else first.publisher,
        table=text("source.table", language, table_id=first.table_id),
        published=_published(origins, language),
        accessed=text(
            "source.accessed",
            language,
            day=format_date(max(origin.accessed for origin in origins), language=language),
        ),
    )


def _published(origins: tuple[Origin, ...], language: Language) -> str:
    first, last = (choose(origin.published for origin in origins) for choose in (min, max))
    if first == last:
        key = "source.published" if first.precision == "day" else "source.published_month"
        return text(key, language, day=format_date(first, language=language))
    return text(
        "source.published_span",
        language,
        first=format_date(first, language=language),
        last=format_date(last, language=language),
    )
