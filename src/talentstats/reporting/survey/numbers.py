"""The numbers of the survey: each share and mean with its interval, its respondents and its source."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from talentstats.labour.rounding import Range
from talentstats.language import Bilingual, format_number, format_range, text
from talentstats.reporting.contrasts import ALPHA
from talentstats.reporting.derived import described
from talentstats.reporting.numbers import Form, Number, Sampling, Source, Value, Witness
from talentstats.reporting.survey.estimates import REGION, WaveEstimates, column_name
from talentstats.reporting.survey.questions import NATION, Indicator, Questions
from talentstats.reporting.survey.reliability import decimals_for, unreliable
from talentstats.store import ProcessedTable
from talentstats.terms import Language, Period

CONF_LEVEL = 0.95


def survey_numbers(waves: Mapping[int, WaveEstimates], questions: Questions) -> Iterator[Number]:
    """Give every number of the survey: `survey.<indicator>.<region or nation>.<wave>`, and those by group.

    The shares of every answer to a question are given for the home region and the nation, and in the latest
    wave for the other regions too.
    """
    yield from _rule_numbers(questions)
    for wave in waves.values():
        witness = wave_witness(wave.table)
        yield from _wave_numbers(wave, witness)
        for indicator in questions.indicators:
            if wave.has(indicator):
                latest = wave.wave == max(waves)
                yield from _numbers(wave, indicator, questions, witness, latest=latest)
            for by in indicator.by:
                if wave.has(indicator, by):
                    yield from _numbers(wave, indicator, questions, witness, by=by)


def number_id(indicator: Indicator, domain: str, wave: int, group: tuple[str, str] | None = None) -> str:
    """Return the id of a number.

    Parameters
    ----------
    indicator : Indicator
    domain : str
        A region, or `nation`.
    wave : int
    group : (variable, answer), optional
    """
    parts = [column_name(indicator), domain, *(group or ()), str(wave)]
    return ".".join(parts)


def wave_witness(table: ProcessedTable) -> Witness:
    """Return what all figures of a wave have in common: its fieldwork, its files, whether it is synthetic."""
    own = [origin for name, origin in sorted(table.origins.items()) if name not in _totals(table)]
    return Witness(
        period=Period.parse(str(table.details["wave"])),
        vintage=max(origin.published for origin in own),
        sources=tuple(Source(origin=origin) for origin in own),
        method=described("survey_method_wave"),
        synthetic=bool(table.synthetic),
    )


def _totals(table: ProcessedTable) -> set[str]:
    return set(table.details["margins"]["origins"])


def _numbers(
    wave: WaveEstimates,
    indicator: Indicator,
    questions: Questions,
    witness: Witness,
    *,
    by: str = "",
    latest: bool = False,
) -> Iterator[Number]:
    only_home = bool(by) or not (latest or indicator.claims)
    for row in wave.rows(indicator, by):
        if (by and row[by] is None) or (only_home and row[REGION] not in (None, questions.home)):
            continue
        group = (by, row[by]) if by else None
        name = number_id(indicator, row[REGION] or NATION, wave.wave, group)
        yield _number(name, row, indicator, questions, witness)


def _number(
    name: str, row: Mapping[str, Any], indicator: Indicator, questions: Questions, witness: Witness
) -> Number:
    low, high = row["conf_low"], row["conf_high"]
    flag = unreliable(
        questions.reliability, indicator, n=row["n_obs"], low=low, high=high, mean=row["estimate"]
    )
    interval = None if low is None or high is None else Range(low, high)
    sampling = Sampling(
        n=row["n_obs"],
        df=row["df"] or 0.0,
        conf_level=CONF_LEVEL,
        design_effect=row["design_effect"],
        flag=flag,
    )
    decimals = decimals_for(indicator, low=low, high=high)
    number = Number(
        id=name,
        value=None if flag else row["estimate"],
        decimals=decimals,
        unit=indicator.unit,
        witness=replace(
            witness,
            method=_method(indicator, sampling, interval, decimals),
            range=None if flag else interval,
            sampling=sampling,
        ),
    )
    return replace(number, facets=_facets(number, interval if not flag else None, row["n_obs"]))


def _facets(number: Number, interval: Range | None, n: int) -> dict[str, Number]:
    values: dict[str, tuple[Value, Form]] = {
        "low": (interval.low if interval else None, "number"),
        "high": (interval.high if interval else None, "number"),
        "interval": (interval, "range"),
        "margin": ((interval.high - interval.low) / 2 if interval else None, "number"),
    }
    facets = {
        name: replace(number, id=f"{number.id}.{name}", value=value, form=form)
        for name, (value, form) in values.items()
    }
    return {**facets, "n": replace(number, id=f"{number.id}.n", value=float(n), decimals=0, unit="")}


def _method(indicator: Indicator, sampling: Sampling, interval: Range | None, decimals: int) -> Bilingual:
    key = "survey_method_share" if indicator.statistic == "share" else "survey_method_mean"
    low, high = (interval.low, interval.high) if interval else (None, None)

    def said(language: Language) -> str:
        count = _written(sampling.n, 0, language)
        if sampling.flag:
            return text(f"report.survey_flag_{sampling.flag}", language, n=count)
        effect = sampling.design_effect
        return text(
            f"report.{key}",
            language,
            what=indicator.title.in_language(language),
            n=count,
            df=_written(sampling.df, 0, language),
            effect=_written(None if effect is None else round(effect, 1), 1, language),
            interval=format_range(low, high, decimals=decimals, language=language),
        )

    return Bilingual(nl=said("nl"), en=said("en"))


@cache
def _written(value: float | None, decimals: int, language: Language) -> str:
    """Write a number that many figures have in their method."""
    return format_number(value, decimals=decimals, language=language)


def _rule_numbers(questions: Questions) -> Iterator[Number]:
    """Give what was chosen for all figures: levels of intervals and tests, and the fewest respondents."""
    chosen = {
        "conf_level": 100 * CONF_LEVEL,
        "alpha": 100 * ALPHA,
        "fewest_respondents": questions.reliability.fewest_respondents,
    }
    for name, value in chosen.items():
        witness = Witness(method=described("survey_method_rule"))
        yield Number(id=f"survey.rule.{name}", value=float(value), witness=witness)


def _wave_numbers(wave: WaveEstimates, witness: Witness) -> Iterator[Number]:
    """Give the respondents and the fieldwork of a wave."""
    frame, name = wave.table.frame, f"survey.wave.{wave.wave}"
    first, last = (Period.parse(day) for day in wave.table.details["fieldwork"])
    weights = {row["weights"]: row for row in wave.table.details["weighting"]["weights"]}
    effect = weights["after"]["design_effect"]
    yield Number(id=f"{name}.respondents", value=float(frame.height), witness=witness)
    yield Number(id=f"{name}.units", value=float(frame["psu"].n_unique()), witness=witness)
    yield Number(id=f"{name}.design_effect", value=effect, decimals=2, witness=witness)
    yield Number(id=f"{name}.from", value=first, form="period", witness=witness)
    yield Number(id=f"{name}.to", value=last, form="period", witness=witness)
    yield Number(id=f"{name}.population", value=float(frame["weight"].sum()), witness=witness)
