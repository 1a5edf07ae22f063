"""Run the cells and inline expressions of a document once, in one kernel (the wall around nbclient)."""

import asyncio
import os
import re
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from talentstats.errors import BuildError, DocumentError
from talentstats.reporting.engines.document import Cell, Document, Text

_CELL_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output of a cell: text of a stream, or a value in its MIME types."""

    kind: Literal["stdout", "stderr", "display"]
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What a document's code gave.

    Attributes
    ----------
    outputs : mapping of block number to outputs
        For each cell that was run.
    values : mapping of block number to mapping of expression to MIME bundle
        For each run of text with inline expressions.
    """

    outputs: Mapping[int, tuple[Output, ...]] = field(default_factory=dict)
    values: Mapping[int, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)


def execute(
    document: Document,
    *,
    parameters: Mapping[str, str],
    environment: Mapping[str, str],
    timestamp: datetime,
    progress: Callable[[str], None],
) -> Execution:
    """Run all code of a document in the order of the file, in one fresh kernel of this Python.

    Parameters
    ----------
    document : Document
        Its folder is the working directory, as in Quarto.
    parameters : mapping of name to text
        Assigned after the cell tagged `parameters`.
    environment : mapping of name to text
        Variables of the kernel besides those of this process.
    timestamp : datetime
        The fixed moment of the edition, given to the kernel as SOURCE_DATE_EPOCH.
    progress : callable
        Is told which cell runs.

    Raises
    ------
    DocumentError
        If a cell or an inline expression fails, with its line and the error's message.
    BuildError
        If the kernel itself stops.
    """
    _check_parameters(document, parameters)
    if not any(isinstance(block, Cell) or block.expressions() for block in document.blocks):
        return Execution()
    client = NotebookClient(
        nbformat.v4.new_notebook(),
        timeout=None,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(document.path.parent)}},
    )
    # Set after construction, so that the client owns the kernel and ends it.
    client.km = _kernel()
    variables = {
        **os.environ,
        **environment,
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": str(int(timestamp.timestamp())),
    }
    run = _run(client, document, parameters, variables, progress)
    try:
        # A thread of its own has no event loop yet, also when this is called from a notebook. It runs in this
        # context, so that who listens to the progress hears it.
        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(copy_context().run, _in_own_loop, run).result()
    except DeadKernelError as error:
        raise BuildError(
            "The Python kernel stopped while running the document.",
            where=document.name,
            remedy="Run the cells in a notebook to see which one ends the kernel (memory is a common cause).",
        ) from error


def _in_own_loop(run: Coroutine[Any, Any, Execution]) -> Execution:
    # The selector loop is the one ZeroMQ works with on every platform.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        return runner.run(run)


def _kernel() -> AsyncKernelManager:
    # Without folders to look in, the kernel named python3 is the one of this very interpreter.
    specifications = KernelSpecManager()
    specifications.kernel_dirs = []
    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specifications)


def _check_parameters(document: Document, parameters: Mapping[str, str]) -> None:
    tagged = any(isinstance(block, Cell) and "parameters" in block.tags for block in document.blocks)
    if parameters and not tagged:
        raise DocumentError(
            "The document has no cell for its parameters.",
            expected="a Python cell with the option `#| tags: [parameters]` that gives each a default",
            where=document.name,
            remedy="Add the cell at the top of the document.",
        )


async def _run(
    client: NotebookClient,
    document: Document,
    parameters: Mapping[str, str],
    variables: Mapping[str, str],
    progress: Callable[[str], None],
) -> Execution:
    async with client.async_setup_kernel(env=dict(variables), cleanup_kc=True):
        return await _run_blocks(client, document, parameters, progress)


async def _run_blocks(
    client: NotebookClient,
    document: Document,
    parameters: Mapping[str, str],
    progress: Callable[[str], None],
) -> Execution:
    outputs: dict[int, tuple[Output, ...]] = {}
    values: dict[int, Mapping[str, Mapping[str, str]]] = {}
    total = sum(isinstance(block, Cell) for block in document.blocks)
    for index, block in enumerate(document.blocks):
        if isinstance(block, Text):
            values[index] = await _evaluate(client, block)
            continue
        progress(f"{document.name}: cell {len(outputs) + 1} of {total}")
        outputs[index] = await _run_cell(client, block, block.source) if block.shown.eval else ()
        if "parameters" in block.tags:
            assigned = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
            await _run_cell(client, block, assigned)
    return Execution(outputs=outputs, values=values)


async def _run_cell(client: NotebookClient, cell: Cell, source: str) -> tuple[Output, ...]:
    code = nbformat.v4.new_code_cell(source)
    client.nb.cells.append(code)
    try:
        done = await client.async_execute_cell(code, len(client.nb.cells) - 1)
    except CellExecutionError as error:
        found = _CELL_LINE.search(_COLOUR.sub("", error.traceback))
        number = cell.first + int(found[1]) - 1 if found else cell.line.number
        raise _failure(error.ename, error.evalue, f"{cell.line.file}, line {number}") from error
    return tuple(_output(output) for output in done.outputs)


def _output(output: Any) -> Output:
    if output.output_type == "stream":
        return Output(kind=output.name, data={"text/plain": output.text})
    return Output(kind="display", data=_texts(output.data))


def _texts(data: Mapping[str, object]) -> dict[str, str]:
    return {kind: value for kind, value in data.items() if isinstance(value, str)}


async def _evaluate(client: NotebookClient, text: Text) -> dict[str, Mapping[str, str]]:
    wanted = text.expressions()
    if not wanted:
        return {}
    names = {str(index): expression for index, (_, expression) in enumerate(wanted)}
    message = client.kc.execute("", user_expressions=names)
    reply = await client.async_wait_for_reply(message)
    found = reply["content"].get("user_expressions", {})
    values: dict[str, Mapping[str, str]] = {}
    for index, (line, expression) in enumerate(wanted):
        result = found[str(index)]
        if result["status"] != "ok":
            raise _failure(result["ename"], result["evalue"], f"{line.where}, in `{expression}`")
        values[expression] = _texts(result["data"])
    return values


def _failure(kind: str, message: str, where: str) -> DocumentError:
    """Say what went wrong in a cell: an error of talentstats in full, another by its last line."""
    lines = message.strip().splitlines()
    own = len(lines) > 1 and any(line.startswith("  to do:") for line in lines)
    text = message.strip() if own else f"{kind}: {lines[-1] if lines else ''}"
    return DocumentError(
        f"The code of the document failed.\n{text}",
        where=where,
        remedy=None if own else "Correct the code.",
    )


def working_folder(folder: Path) -> dict[str, str]:
    """Keep IPython's own files and start-up scripts of the user out of a run."""
    return {"IPYTHONDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
