"""Research statistics and reporting: every number with a witness, the same inputs the same bytes.

The names below are loaded when they are first used, so that `import talentstats` stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from talentstats.version import __version__

if TYPE_CHECKING:
    from talentstats import figures, labour
    from talentstats.reporting.editions import open_report
    from talentstats.store import read_processed
    from talentstats.terms import Period, Vintage
    from talentstats.validation import validate

_HOMES = {
    "Period": "talentstats.terms",
    "Vintage": "talentstats.terms",
    "open_report": "talentstats.reporting.editions",
    "read_processed": "talentstats.store",
    "validate": "talentstats.validation",
}
_MODULES = ("figures", "labour")

__all__ = [
    "Period",
    "Vintage",
    "__version__",
    "figures",
    "labour",
    "open_report",
    "read_processed",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"talentstats.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module `talentstats` has no attribute `{name}`")


def __dir__() -> list[str]:
    return sorted(__all__)
