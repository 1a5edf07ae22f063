"""Run the process that parses: no rights it does not need, and an end to its time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from talentstats.sources.survey_files.limits import Limits

#: The paths of this interpreter are handed on, so that the process finds the same packages wherever they are;
#: `-I` keeps the current folder and the user's environment out.
_START = """
import sys
from pathlib import Path
sys.path[:] = sys.argv[2:]
from talentstats.sources.survey_files.worker import main
sys.exit(main(Path(sys.argv[1])))
"""
#: What the process sees of the environment; keys and passwords are not among it.
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "TZ")

#: Every thread takes address space, which is bounded; a machine with many cores would use it up.
_FEW_THREADS = {"POLARS_MAX_THREADS": "2", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def run_child(folder: Path, limits: Limits) -> int | None:
    """Parse in a process of its own and return its exit code; None when its time was up.

    The process reads nothing from the keyboard and what it prints is thrown away: it could hold answers.
    """
    process = subprocess.Popen(  # noqa: S603 (this interpreter, with our arguments)
        [sys.executable, "-I", "-c", _START, str(folder), *_search_path()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=_environment(folder),
        start_new_session=True,
    )
    try:
        return process.wait(timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end(process)


def _search_path() -> list[str]:
    return [entry for entry in sys.path if entry]


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return kept | _FEW_THREADS | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever it started, if it still runs."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
