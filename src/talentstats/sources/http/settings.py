"""How long, how much and how often a server is asked."""

from dataclasses import dataclass, fields
from pathlib import Path

from talentstats.errors import InputError
from talentstats.version import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Bounds on the talk with a server, and how we behave towards it.

    Attributes
    ----------
    connect_timeout, read_timeout : float
        Seconds to wait for a connection, and for the next bytes of an answer.
    slowest : int
        Bytes a second an answer must bring, measured over `read_timeout`; a slower one is broken off.
    attempts : int
        How often one question is asked before it is given up.
    backoff, backoff_limit : float
        Seconds to wait before the second attempt, doubled at every next one, and the longest wait.
    pause : float
        Seconds between two questions to the same host.
    answer_limit, total_limit : int
        Bytes of one answer, unpacked, and of all answers together.
    time_limit : float
        Seconds all questions together may take.
    ca_file : Path, optional
        Certificates (PEM) to trust beside those of the operating system, such as those of an office network.
    user_agent : str
        How we make ourselves known.

    Raises
    ------
    InputError
        If a bound is not a number of zero or more, or no attempt is allowed.

    Examples
    --------
    >>> HttpSettings(attempts=3).backoff
    1.0
    """

    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    slowest: int = 100
    attempts: int = 6
    backoff: float = 1.0
    backoff_limit: float = 60.0
    pause: float = 0.2
    answer_limit: int = 500_000_000
    total_limit: int = 4_000_000_000
    time_limit: float = 3600.0
    ca_file: Path | None = None
    user_agent: str = f"talentstats/{__version__}"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = 1 if field.name == "attempts" else 0
            if isinstance(value, int | float) and not value >= least:
                raise InputError(f"`{field.name}` is too small.", expected=f"{least} or more", got=f"{value}")


#: What holds unless someone says otherwise.
STANDARD = HttpSettings()
