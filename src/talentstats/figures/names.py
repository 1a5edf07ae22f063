"""What readers call the columns of estimates and the values in them."""

from collections.abc import Mapping

import polars as pl

from talentstats.errors import InputError, closest, join_options
from talentstats.language import Bilingual, text
from talentstats.terms import LANGUAGES

# By column, by value, in each language; a column has its own name under its own name.
Names = Mapping[str, Mapping[str, Mapping[str, str]]]


def speak_names(frame: pl.DataFrame, *, keys: Mapping[str, str], names: Names) -> pl.DataFrame:
    """Add to each key column what readers call its values: `<key>_nl` and `<key>_en`.

    Parameters
    ----------
    frame : polars.DataFrame
        Holds the columns that `keys` lists, as text; null means all of them together.
    keys : mapping
        From the column in the frame to the column it came from, by which `names` knows it.
    names : mapping
        A column that is not in it is written as in the data.

    Raises
    ------
    InputError
        If some values of a column have a name and others do not.
    """
    for key, column in keys.items():
        known = _read_names(frame[key], column, names.get(column, {}))
        frame = frame.with_columns(
            pl.col(key)
            .replace({value: texts.in_language(language) for value, texts in known.items()})
            .fill_null(text("figure.total", language))
            .alias(f"{key}_{language}")
            for language in LANGUAGES
        )
    return frame


def column_name(column: str, names: Names) -> Bilingual:
    """Return what readers call a column; itself when it has no name."""
    own = names.get(column, {}).get(column)
    return Bilingual(nl=column, en=column) if own is None else Bilingual.read(own, what=f"name of `{column}`")


def _read_names(
    values: pl.Series, column: str, names: Mapping[str, Mapping[str, str]]
) -> dict[str, Bilingual]:
    known = {value: Bilingual.read(texts, what=f"name of `{value}`") for value, texts in names.items()}
    nameless = [value for value in values.drop_nulls().unique(maintain_order=True) if value not in known]
    if nameless and set(known) - {column}:
        guess = closest(nameless[0], known)
        raise InputError(
            f"The names of `{column}` miss {join_options(nameless, last='and')}.",
            expected=f"a name for each value of `{column}`, or for none",
            got=f"names for {join_options(known, last='and')}",
            remedy=f"Is `{guess}` among the names misspelt?" if guess else "Add the name in both languages.",
        )
    return known
