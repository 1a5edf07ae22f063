"""Put one question to Eurostat, and say in plain words why it does not answer."""

import json
import re
import time
from dataclasses import dataclass
from typing import Any

from talentstats.errors import FetchError, InputError
from talentstats.progress import say
from talentstats.sources.eurostat.jsonstat import Cube, Dimension, parse_cube
from talentstats.sources.eurostat.slices import Question
from talentstats.sources.http import Http, HttpAnswer, HttpSettings, HttpStatusError

TOO_BIG, NOT_READY = "EXTRACTION_TOO_BIG", "ASYNCHRONOUS_RESPONSE"
_ROWS = re.compile(r"estimated (\d+) rows, max authorised is (\d+)")
_TOTALS = ("TOTAL", "T", "TOT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How Eurostat is asked: over which connection, and how patiently."""

    http: Http
    settings: HttpSettings

    def updated(self, question: Question) -> str:
        """Return when the table was last updated, from an answer about one period."""
        return self.table(question.of_last_period())[1].updated

    def codes_of(self, question: Question, name: str) -> tuple[str, ...]:
        """Return the codes that a dimension has in the last period; none when Eurostat does not say."""
        try:
            cube = self.table(question.without(name).of_last_period())[1]
        except (InputError, FetchError):
            return ()
        found = (dimension.categories for dimension in cube.dimensions if dimension.name == name)
        return tuple(category.code for categories in found for category in categories)

    def table(self, question: Question) -> tuple[bytes, Cube]:
        """Return the answer to a question, as it came and as a cube.

        Raises
        ------
        InputError
            If Eurostat knows no such table, dimension or code, or the slice is too large.
        FetchError
            If it cannot be reached, does not get ready, or answers something else.
        """
        body = self._ready(question)
        try:
            return body, parse_cube(body, where=question.url)
        except InputError as error:
            raise FetchError(
                "Eurostat answered something that is no table.",
                where=question.url,
                expected=error.expected,
                got=error.got,
                remedy="Try again later, or look in a browser what this address answers.",
            ) from error

    def _ready(self, question: Question) -> bytes:
        """Ask, and ask again while Eurostat is still preparing the table."""
        params = {"format": "JSON", "lang": "EN", **question.where}
        wait = self.settings.backoff
        for _ in range(self.settings.attempts):
            try:
                answer = self.http.get_json(question.url, params=params)
            except HttpStatusError as error:
                label = label_of(error.answer)
                if NOT_READY not in label:
                    raise self._refusal(question, label, error) from error
            else:
                if NOT_READY not in label_of(answer):
                    return answer.body
            say(f"Eurostat is preparing {question.code}: waiting {wait:g} s")
            time.sleep(wait)
            wait = min(2 * wait, self.settings.backoff_limit)
        raise FetchError(
            "Eurostat is still preparing the table.",
            where=question.url,
            got=f"no table after asking {self.settings.attempts} times",
            remedy="Try again in some minutes, or ask for fewer codes: small slices are answered at once.",
        )

    def _refusal(self, question: Question, label: str, error: HttpStatusError) -> Exception:
        if TOO_BIG in label:
            return self._too_large(question, label)
        if not label:
            return error
        return InputError(
            f"Eurostat does not answer this question about `{question.code}`.",
            where=error.answer.url,
            expected="a table, dimensions and codes that Eurostat knows, in its spelling",
            got=f"{label} (HTTP status {error.answer.status})",
            remedy="Check code and dimensions in Eurostat's data browser; codes are in capitals.",
        )

    def _too_large(self, question: Question, label: str) -> InputError:
        """Say which dimension would make a slice smaller, as far as an answer about one period tells."""
        sizes = _ROWS.search(label)
        problem = f"The slice of `{question.code}` is too large for Eurostat."
        got = f"an estimated {int(sizes[1]):,}" if sizes else label
        expected = f"at most {int(sizes[2]):,} cells" if sizes else "a smaller slice"
        remedy = "Name codes of more dimensions, such as `--where geo=NL`."
        if "lastTimePeriod" not in question.where:
            try:
                cube = self.table(question.of_last_period())[1]
            except (InputError, FetchError):
                return InputError(problem, where=question.url, expected=expected, got=got, remedy=remedy)
            remedy = _what_helps(cube, question) or "Choose periods: `--where sinceTimePeriod=2015`."
        return InputError(problem, where=question.url, expected=expected, got=got, remedy=remedy)


def _what_helps(cube: Cube, question: Question) -> str | None:
    """Name the dimension with most codes that is not limited yet, with a code that is likely to do."""
    free = [dimension for dimension in cube.dimensions if dimension.name not in question.where]
    largest = max(free, key=lambda dimension: len(dimension.categories), default=None)
    if largest is None or len(largest.categories) < 2:
        return None
    return (
        f"Limit `{largest.name}`, which has {len(largest.categories):,} codes: "
        f"`--where {largest.name}={_likely(largest)}`."
    )


def _likely(dimension: Dimension) -> str:
    codes = [category.code for category in dimension.categories]
    return next((code for code in (*_TOTALS, "NL") if code in codes), codes[0])


def label_of(answer: HttpAnswer) -> str:
    """Return what Eurostat says in place of a table, such as `EXTRACTION_TOO_BIG: ...`; empty for a table.

    It is an object `error` or `warning`, or a list of such objects.
    """
    if len(answer.body) > 1_000_000:
        return ""
    try:
        found: Any = json.loads(answer.body)
    except ValueError:
        return ""
    notice = (found.get("error") or found.get("warning")) if isinstance(found, dict) else None
    first = notice[0] if isinstance(notice, list) and notice else notice
    return str(first.get("label", "")) if isinstance(first, dict) else ""
