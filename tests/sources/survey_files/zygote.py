"""A process with the parsers loaded, that parses in forks of itself: thousands of files in seconds.

Every line on its input is a folder with a request; it answers with the exit code, negative for a signal.
A fork goes on until a file ends it or it has parsed some dozens. Nothing but imports happens before the
forks, so that no library has threads yet.
"""

import os
import signal
import sys
from pathlib import Path
from typing import TextIO

import fastexcel  # noqa: F401
import pyarrow.csv
import pyarrow.parquet  # noqa: F401

import talentstats.sources.survey_files.csv_file
import talentstats.sources.survey_files.parquet_file
import talentstats.sources.survey_files.spss_stata
import talentstats.sources.survey_files.workbook  # noqa: F401
from talentstats.sources.survey_files.worker import main

FILES_OF_A_FORK = 60
NO_MORE = 77
FAILED = 1


def serve(answers: TextIO, *, seconds: int) -> int:
    """Parse what is asked for, file by file; a file that ends this process is answered for by the parent."""
    for _ in range(FILES_OF_A_FORK):
        folder = sys.stdin.readline().strip()
        if not folder:
            return NO_MORE
        signal.alarm(seconds)
        code = main(Path(folder))
        signal.alarm(0)
        answers.write(f"{code}\n")
        answers.flush()
    return 0


def fork_and_serve(answers: TextIO, *, seconds: int) -> int:
    """Serve in a fork and return how it ended."""
    child = os.fork()
    if child == 0:
        code = FAILED
        try:
            code = serve(answers, seconds=seconds)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    replies = os.fdopen(os.dup(1), "w")
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    while (ended := fork_and_serve(replies, seconds=int(sys.argv[1]))) != NO_MORE:
        if ended != 0:
            replies.write(f"{ended}\n")
            replies.flush()
