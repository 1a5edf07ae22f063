"""Two engines that render the same Quarto documents: Quarto itself, and a built-in one."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from talentstats.errors import unknown_name
from talentstats.reporting.engines.settings import OutputFormat

EngineName = Literal["auto", "quarto", "builtin"]
ENGINES: tuple[EngineName, ...] = ("auto", "quarto", "builtin")


class Render(Protocol):
    """The one signature of both engines; see `builtin.render`."""

    def __call__(
        self,
        document: Path,
        *,
        formats: Sequence[OutputFormat],
        directory: Path,
        stem: str,
        parameters: Mapping[str, str],
        timestamp: datetime,
        environment: Mapping[str, str] | None = None,
        progress: Callable[[str], None],
    ) -> dict[str, Path]:
        """Render one document to the formats asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A named way to render a document."""

    name: Literal["quarto", "builtin"]
    render: Render


def choose(name: str = "auto") -> Engine:
    """Choose the engine that renders: `auto` is Quarto when it is on PATH, else the built-in one.

    Raises
    ------
    InputError
        If the name is not that of an engine.

    Examples
    --------
    >>> choose("builtin").name
    'builtin'
    """
    if name not in ENGINES:
        raise unknown_name("engine", name, ENGINES)
    if name == "quarto" or (name == "auto" and shutil.which("quarto")):
        from talentstats.reporting.engines import quarto  # noqa: PLC0415 -- one engine is enough

        return Engine(name="quarto", render=quarto.render)
    from talentstats.reporting.engines import builtin  # noqa: PLC0415 -- one engine is enough

    return Engine(name="builtin", render=builtin.render)
