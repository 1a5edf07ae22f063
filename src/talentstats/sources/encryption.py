"""Files of answers kept encrypted at rest: AES-256-GCM in chunks, so that any change or cut is found.

The chunks follow the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce of a chunk
holds its number and whether it is the last, so that none can be left out, repeated or moved.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from talentstats.errors import InputError
from talentstats.sources.encryption_header import (
    HEADER_BYTES,
    MAGIC,
    SALT_BYTES,
    Header,
    changed,
    cut_off,
    derived,
    key_check,
    read_header,
)
from talentstats.sources.encryption_key import KEY_BYTES, check_key, find_key, make_key

__all__ = [
    "SUFFIX",
    "decrypt_file",
    "decrypted",
    "encrypt_file",
    "find_key",
    "is_encrypted",
    "make_key",
]

#: Ending of the name of an encrypted file: `answers.sav` becomes `answers.sav.encrypted`.
SUFFIX = ".encrypted"
CHUNK_BYTES = 1_048_576
_TAG_BYTES = 16
_PREFIX_BYTES = 7


def is_encrypted(path: Path) -> bool:
    """Say whether a file is one that talentstats encrypted."""
    with path.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


def encrypt_file(source: Path, target: Path, *, key: bytes) -> None:
    """Write a file encrypted, whole or not at all; memory stays within a few chunks.

    Parameters
    ----------
    source, target : Path
    key : bytes
        32 bytes, from `find_key`.

    Raises
    ------
    InputError
        If the key has another length, the file cannot be read, or it changed while it was read.
    """
    check_key(key)
    with _opened(source) as plain, _whole_or_nothing(target) as sealed:
        length = os.fstat(plain.fileno()).st_size
        header = Header(salt=os.urandom(SALT_BYTES), key_check=key_check(key), length=length)
        cipher = _ChunkCipher.of(key, header)
        sealed.write(header.packed())
        for number, size, last in _chunks(length):
            chunk = plain.read(size)
            if len(chunk) != size:
                raise _changed_while_read(source)
            sealed.write(cipher.sealed(chunk, number=number, last=last))
        if plain.read(1):
            raise _changed_while_read(source)


def decrypt_file(source: Path, target: Path, *, key: bytes) -> None:
    """Write the content of an encrypted file, whole and unchanged or not at all.

    The file written can be read by its owner only.

    Raises
    ------
    InputError
        If the key is another one, or the file is not encrypted, was cut off, was changed, or is of another
        version: each is said apart.
    """
    check_key(key)
    with _opened(source) as sealed, _whole_or_nothing(target) as plain:
        header = read_header(sealed, source)
        if header.key_check != key_check(key):
            raise _other_key(source)
        _check_length(source, header, found=os.fstat(sealed.fileno()).st_size)
        cipher = _ChunkCipher.of(key, header)
        for number, size, last in _chunks(header.length):
            try:
                plain.write(cipher.opened(sealed.read(size + _TAG_BYTES), number=number, last=last))
            except InvalidTag as error:
                raise changed(source) from error


@contextmanager
def decrypted(source: Path, *, key: bytes) -> Iterator[Path]:
    """Give the content of an encrypted file as a file that only its owner can read, removed afterwards.

    The file lies in a folder of its own and bears the name of the source without `SUFFIX`.
    """
    with tempfile.TemporaryDirectory(prefix="talentstats-") as folder:
        path = Path(folder) / source.name.removesuffix(SUFFIX)
        decrypt_file(source, path, key=key)
        yield path


@dataclass(frozen=True, slots=True, kw_only=True)
class _ChunkCipher:
    """The cipher of one file: its own key, the start of its nonces, and its header, bound to every chunk."""

    aead: AESGCM = field(repr=False)
    prefix: bytes = field(repr=False)
    header: bytes = field(repr=False)

    @classmethod
    def of(cls, key: bytes, header: Header) -> "_ChunkCipher":
        secret = derived(key, salt=header.salt, purpose=b"file", size=KEY_BYTES + _PREFIX_BYTES)
        return cls(aead=AESGCM(secret[:KEY_BYTES]), prefix=secret[KEY_BYTES:], header=header.packed())

    def sealed(self, chunk: bytes, *, number: int, last: bool) -> bytes:
        return self.aead.encrypt(self._nonce(number, last), chunk, self.header)

    def opened(self, chunk: bytes, *, number: int, last: bool) -> bytes:
        return self.aead.decrypt(self._nonce(number, last), chunk, self.header)

    def _nonce(self, number: int, last: bool) -> bytes:
        return self.prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def _chunks(length: int) -> Iterator[tuple[int, int, bool]]:
    """Give number, size and whether it is the last, of each chunk; an empty file is one empty chunk."""
    count = max(1, -(-length // CHUNK_BYTES))
    for number in range(count):
        yield number, min(CHUNK_BYTES, length - number * CHUNK_BYTES), number == count - 1


def _check_length(path: Path, header: Header, *, found: int) -> None:
    chunks = max(1, -(-header.length // CHUNK_BYTES))
    expected = HEADER_BYTES + header.length + chunks * _TAG_BYTES
    if found < expected:
        raise cut_off(path, expected=expected, got=found)
    if found > expected:
        raise changed(path)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(
            "The file cannot be read.",
            where=str(path),
            expected="a file that may be read",
            got=type(error).__name__,
            remedy="Correct the name, or ask for permission to read it.",
        ) from error
    with stream:
        yield stream


@contextmanager
def _whole_or_nothing(target: Path) -> Iterator[BinaryIO]:
    """Give a file beside the target, made for the owner only, that takes its place when all went well."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".unfinished-")
    except OSError as error:
        raise InputError(
            "The file cannot be written.",
            where=str(target),
            expected="a folder in which files may be made",
            got=type(error).__name__,
            remedy="Name another folder, or ask for permission to write in this one.",
        ) from error
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _other_key(path: Path) -> InputError:
    return InputError(
        "The file was encrypted with another key.",
        where=str(path),
        expected="the key with which it was stored",
        got="another key",
        remedy="Use that key: look in the keyring entry or the environment of whoever stored the file.",
    )


def _changed_while_read(path: Path) -> InputError:
    return InputError(
        "The file changed while it was being encrypted.",
        where=str(path),
        expected="a file that nobody writes to",
        got="another length than at the start",
        remedy="Wait until the file is complete and start again.",
    )
