"""The wall around Great Expectations: run expectations on a frame, offline and silently.

Importing this module takes seconds; only `validate` does it, at the moment it is needed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from talentstats.errors import BuildError
from talentstats.validation.conditions import Expectation, Observed
from talentstats.validation.hidden import hidden

# Great Expectations would load PySpark where it is installed: seconds, a warning about pandas, and the end of
# a process whose main module has no file. Nothing here runs on Spark.
with hidden("pyspark"):
    import great_expectations as gx
    from great_expectations import expectations as gx_expectations
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )


def open_context() -> Any:
    """Open a context in memory: nothing on disk, no progress bars, no usage statistics."""
    return gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
        ),
    )


def run(
    context: Any, name: str, *, frame: pl.DataFrame, expectations: Sequence[Expectation]
) -> list[Observed]:
    """Run expectations on a frame with Great Expectations.

    Parameters
    ----------
    context
        From `open_context`.
    name : str
        Name of the suite and its data source; unique within the context.
    frame : polars.DataFrame
        Handed to the pandas engine, the only one in memory that Great Expectations has.

    Returns
    -------
    list of Observed
        One per expectation, in their order.

    Raises
    ------
    BuildError
        If an expectation could not be run at all.
    """
    subjects = [_subject(one, position) for position, one in enumerate(expectations)]
    batch = (
        context.data_sources.add_pandas(name)
        .add_dataframe_asset(name)
        .add_batch_definition_whole_dataframe(name)
        .get_batch({"dataframe": _with_subjects(frame, expectations, subjects).to_pandas()})
    )
    suite = gx.ExpectationSuite(
        name=name,
        expectations=[
            _generate(one, subjects[position], position) for position, one in enumerate(expectations)
        ],
    )
    report = batch.validate(
        suite, result_format={"result_format": "COMPLETE", "return_unexpected_index_query": False}
    )
    by_position = {one.expectation_config.meta["position"]: one for one in report.results}
    return [_read(by_position[position], expectation) for position, expectation in enumerate(expectations)]


def _subject(expectation: Expectation, position: int) -> str:
    subject = expectation.subject or expectation.column
    return subject if expectation.only is None else f"{subject}__only_{position}"


def _with_subjects(
    frame: pl.DataFrame, expectations: Sequence[Expectation], subjects: Sequence[str]
) -> pl.DataFrame:
    """Add a column for every expectation on some rows only: the values of those rows, null elsewhere.

    Missing values are not looked at, so this checks the same rows as a row condition would, and takes a
    third less time.
    """
    return frame.with_columns(
        pl.when(pl.col(one.only[0]).is_in(one.only[1])).then(one.subject or one.column).alias(subject)
        for one, subject in zip(expectations, subjects, strict=True)
        if one.only is not None
    )


def _generate(expectation: Expectation, subject: str, position: int) -> Any:
    condition = expectation.condition
    arguments: dict[str, object] = dict(condition.arguments)
    if not condition.whole_table:
        arguments["column"] = subject
    # The position tells results apart: the report may order them otherwise.
    return getattr(gx_expectations, condition.kind)(
        **arguments, severity=expectation.severity, meta={"position": position}
    )


def _read(outcome: Any, expectation: Expectation) -> Observed:
    # When a metric fails the flag is not at the top but below the metric's own name.
    if outcome.exception_info.get("raised_exception", True):
        raise BuildError(
            f"Rule `{expectation.rule}` on column `{expectation.column}` could not be checked.",
            got=_message(outcome.exception_info),
            remedy="Report this as a defect of talentstats, with the file that was validated.",
        )
    result = outcome.result
    if "element_count" not in result:
        unexpected = result.get("details", {}).get("mismatched", {}).get("unexpected", [])
        return Observed(n_checked=len(result["observed_value"]), names=tuple(sorted(unexpected)))
    return Observed(
        n_checked=result["element_count"] - result.get("missing_count", 0),
        positions=tuple(sorted(result.get("unexpected_index_list") or ())),
    )


def _message(info: Mapping[str, Any]) -> str:
    nested = [one for one in info.values() if isinstance(one, Mapping)]
    found = [info.get("exception_message"), *(one.get("exception_message") for one in nested)]
    return "; ".join(str(text) for text in found if text) or "no message"
