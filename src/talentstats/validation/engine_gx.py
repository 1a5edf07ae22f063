"""The wall around Great Expectations: run expectations on a frame, offline and silently.

Importing this module takes seconds; only `validate` does it, at the moment it is needed.
"""

from collections.abc import Mapping, Sequence
from functools import cache
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

_NAME = "talentstats"


def run(frame: pl.DataFrame, expectations: Sequence[Expectation]) -> list[Observed]:
    """Run expectations on all rows of a frame with Great Expectations.

    Parameters
    ----------
    frame : polars.DataFrame
        Handed to the pandas engine, the only one in memory that Great Expectations has.
    expectations : sequence of Expectation
        On columns of the frame.

    Returns
    -------
    list of Observed
        One per expectation, in their order.

    Raises
    ------
    BuildError
        If an expectation could not be run at all.
    """
    batch = _batches().get_batch({"dataframe": frame.to_pandas()})
    suite = gx.ExpectationSuite(
        name=_NAME,
        expectations=[_generate(one, position) for position, one in enumerate(expectations)],
    )
    report = batch.validate(
        suite, result_format={"result_format": "COMPLETE", "return_unexpected_index_query": False}
    )
    by_position = {one.expectation_config.meta["position"]: one for one in report.results}
    return [_read(by_position[position], expectation) for position, expectation in enumerate(expectations)]


@cache
def _batches() -> Any:
    """Open Great Expectations in memory: nothing on disk, no progress bars, no usage statistics.

    It writes out its whole configuration for every source, asset and batch that is added, so one of each
    serves all frames of a process.
    """
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
        ),
    )
    asset = context.data_sources.add_pandas(_NAME).add_dataframe_asset(_NAME)
    return asset.add_batch_definition_whole_dataframe(_NAME)


def _generate(expectation: Expectation, position: int) -> Any:
    condition = expectation.condition
    arguments: dict[str, object] = dict(condition.arguments)
    if not condition.whole_table:
        arguments["column"] = expectation.subject or expectation.column
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
        positions=pl.Series(sorted(result.get("unexpected_index_list") or ()), dtype=pl.UInt32),
    )


def _message(info: Mapping[str, Any]) -> str:
    nested = [one for one in info.values() if isinstance(one, Mapping)]
    found = [info.get("exception_message"), *(one.get("exception_message") for one in nested)]
    return "; ".join(str(text) for text in found if text) or "no message"
