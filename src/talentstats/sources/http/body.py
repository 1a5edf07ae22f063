"""The body of an answer, unpacked piece by piece, so that little data cannot fill the memory."""

import zlib
from collections.abc import Callable, Iterable, Iterator

from talentstats.sources.http.answer import UnusableError

#: The only packing we ask for; everything else is sent as it is.
PACKING = "gzip"

_PIECE = 1 << 20
_GZIP_ONLY = 16 + zlib.MAX_WBITS


def read_body(chunks: Iterable[bytes], *, packing: str, take: Callable[[int], None]) -> bytes:
    """Put together the body of an answer.

    Parameters
    ----------
    chunks : iterable of bytes
        As they come from the network.
    packing : str
        The server's `Content-Encoding`; empty when there is none.
    take : callable
        Told the size of every piece before it is kept; it raises when there are too many bytes.

    Raises
    ------
    UnusableError
        If the packing is not the one we asked for, or is damaged or cut off.

    Examples
    --------
    >>> read_body([b"ab", b"c"], packing="", take=lambda size: None)
    b'abc'
    """
    name = packing.strip().lower()
    if name not in {"", "identity", PACKING, f"x-{PACKING}"}:
        raise UnusableError(f"packed as `{name[:40]}`, which was not asked for")
    kept = bytearray()
    for piece in chunks if name in {"", "identity"} else _unpacked(chunks):
        take(len(piece))
        kept += piece
    return bytes(kept)


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip, one member or several, at most a megabyte at a time."""
    member = zlib.decompressobj(_GZIP_ONLY)
    for chunk in chunks:
        rest = chunk
        while rest:
            if member.eof:
                member = zlib.decompressobj(_GZIP_ONLY)
            try:
                yield member.decompress(rest, _PIECE)
            except zlib.error as error:
                raise UnusableError("a packed answer that is damaged") from error
            rest = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        raise UnusableError("a packed answer that is cut off")
