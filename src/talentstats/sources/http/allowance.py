"""The bytes and the time that a fetch may still use."""

from time import monotonic

from talentstats.errors import FetchError
from talentstats.sources.http.answer import UnusableError
from talentstats.sources.http.settings import HttpSettings


class Allowance:
    """Counts bytes and seconds while answers come in, and stops them at their bounds.

    Parameters
    ----------
    settings : HttpSettings
        The bounds. Time runs from here.
    """

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._ends = monotonic() + settings.time_limit
        self._total = 0
        self._answer = 0
        self._window_start = 0.0
        self._window_bytes = 0

    @property
    def seconds(self) -> float:
        """Seconds that are left."""
        return self._ends - monotonic()

    def begin(self, url: str) -> None:
        """Start counting a new answer.

        Raises
        ------
        FetchError
            If the time is over.
        """
        self._answer = 0
        self._restart_window()
        self.refuse_beyond(0.0, url)

    def take(self, size: int, url: str) -> None:
        """Count `size` more bytes of this answer.

        Raises
        ------
        FetchError
            If there are too many, or the time is over.
        UnusableError
            If they come too slowly.
        """
        self._answer += size
        self._total += size
        self._window_bytes += size
        self._refuse_more_than(self._settings.answer_limit, self._answer, "one answer", url)
        self._refuse_more_than(self._settings.total_limit, self._total, "all answers together", url)
        self.refuse_beyond(0.0, url)
        self._refuse_drip()

    def refuse_beyond(self, wait: float, url: str) -> None:
        """Let through a wait that ends in time.

        Raises
        ------
        FetchError
            If it does not.
        """
        if wait >= self.seconds:
            raise FetchError(
                "Asking takes too long.",
                where=url,
                expected=f"an end within {self._settings.time_limit:,g} seconds",
                remedy="Run the same command again later, or ask for less.",
            )

    def _refuse_more_than(self, limit: int, size: int, what: str, url: str) -> None:
        if size > limit:
            raise FetchError(
                "A server sends more than is allowed.",
                where=url,
                expected=f"at most {limit:,} bytes for {what}",
                got="more; the rest was not read",
                remedy="Ask for a part of the table, or raise the limit if you expect this much.",
            )

    def _refuse_drip(self) -> None:
        span = self._settings.read_timeout
        if monotonic() - self._window_start < span:
            return
        if self._window_bytes < self._settings.slowest * span:
            raise UnusableError(f"only {self._window_bytes:,} bytes in {span:g} s")
        self._restart_window()

    def _restart_window(self) -> None:
        self._window_start = monotonic()
        self._window_bytes = 0
