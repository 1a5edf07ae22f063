"""What SPSS and Stata files say of their columns: labels, missing codes and multiple-response sets."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from talentstats.sources.survey_files.column_names import clean_label
from talentstats.sources.survey_files.stata_missing import missing_number
from talentstats.sources.survey_files.survey_file import Answer, FileVariable, MultipleResponseSet

Range = tuple[float, float]


def all_texts(about: Any) -> Iterator[str | None]:
    """Give every name and label of the file."""
    yield from about.column_names
    yield from about.column_labels
    for labels in about.variable_value_labels.values():
        yield from labels.values()


def describe_column(about: Any, name: str, used: Collection[str]) -> FileVariable:
    """Return the labels and missing codes of a column; `used` are the extended missing values in its data."""
    text = about.readstat_variable_types[name] == "string"
    labels = {
        _code(key, text=text): clean_label(label) or ""
        for key, label in about.variable_value_labels.get(name, {}).items()
    }
    letters: dict[Answer, str] = {missing_number(letter): f".{letter}" for letter in sorted(used)}
    codes, ranges = _missing(about.missing_ranges.get(name, ()))
    return FileVariable(
        name=name,
        label=clean_label(about.column_names_to_labels.get(name)),
        value_labels=letters | labels,
        missing_codes=(*codes, *letters),
        missing_ranges=ranges,
    )


def _code(key: Answer, *, text: bool) -> Answer:
    """Return a code as it is in the frame: a number whole where it can be, a letter of Stata its number."""
    if isinstance(key, str):
        return key.rstrip() if text else missing_number(key)
    return int(key) if float(key).is_integer() else float(key)


def _missing(declared: Sequence[Mapping[str, Answer]]) -> tuple[tuple[Answer, ...], tuple[Range, ...]]:
    codes: list[Answer] = []
    ranges: list[Range] = []
    for part in declared:
        low, high = part["lo"], part["hi"]
        if isinstance(low, str) or isinstance(high, str):
            codes.append(str(low).rstrip())
        elif low == high:
            codes.append(_code(low, text=False))
        else:
            ranges.append((float(low), float(high)))
    return tuple(codes), tuple(ranges)


def multiple_response_sets(about: Any) -> tuple[MultipleResponseSet, ...]:
    """Return the multiple-response sets that an SPSS file declares, by name."""
    by_lower = {name.lower(): name for name in about.column_names}
    return tuple(
        MultipleResponseSet(
            name=str(name).removeprefix("$"),
            label=clean_label(found["label"]),
            columns=tuple(by_lower.get(column.lower(), column) for column in found["variable_list"]),
            counted=found["counted_value"] if found["is_dichotomy"] else None,
        )
        for name, found in sorted(about.mr_sets.items())
    )
