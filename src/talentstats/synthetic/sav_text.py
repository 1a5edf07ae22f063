"""Texts in an SPSS file: UTF-8 in a fixed number of bytes, filled up with spaces."""


def shortened(text: str, size: int) -> bytes:
    """Encode a text in at most `size` bytes, without cutting a letter in two.

    >>> shortened("één", 3).decode()
    'é'
    """
    encoded = text.encode()
    return encoded if len(encoded) <= size else encoded[:size].decode(errors="ignore").rstrip().encode()


def padded(text: str, size: int) -> bytes:
    """Encode a text in exactly `size` bytes.

    >>> padded("ab", 4)
    b'ab  '
    """
    return shortened(text, size).ljust(size)
