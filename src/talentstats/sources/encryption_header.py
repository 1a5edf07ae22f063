"""The first bytes of an encrypted file: what it is, under which key, how long, and whether they are whole."""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from talentstats.errors import InputError

MAGIC = b"TALSTENC"
VERSION = 1
SALT_BYTES = 16
# Magic, version, salt, check value of the key, length of the content; then the first bytes of their SHA-256.
_FIELDS = struct.Struct(">8sB16s16sQ")
_DIGEST_BYTES = 8
HEADER_BYTES = _FIELDS.size + _DIGEST_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What an encrypted file says of itself.

    Attributes
    ----------
    salt : bytes
        Random, other for every file: no two files are encrypted under one key.
    key_check : bytes
        Derived from the key; tells a wrong key from a damaged file.
    length : int
        Bytes of the content, so that a file that was cut off says so.
    """

    salt: bytes
    key_check: bytes
    length: int

    def packed(self) -> bytes:
        """Return the header as it stands in the file."""
        fields = _FIELDS.pack(MAGIC, VERSION, self.salt, self.key_check, self.length)
        return fields + hashlib.sha256(fields).digest()[:_DIGEST_BYTES]


def derived(key: bytes, *, salt: bytes | None, purpose: bytes, size: int) -> bytes:
    """Derive bytes for one purpose from the key (HKDF with SHA-256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=size, salt=salt, info=b"talentstats 1 " + purpose).derive(key)


def key_check(key: bytes) -> bytes:
    """Return the value by which a file knows its key, from which the key cannot be found."""
    return derived(key, salt=None, purpose=b"check", size=16)


def read_header(stream: BinaryIO, path: Path) -> Header:
    """Read the header of an encrypted file.

    Raises
    ------
    InputError
        If the file is not encrypted by talentstats, by another version, was cut off, or was changed.
    """
    raw = stream.read(HEADER_BYTES)
    if raw[: len(MAGIC)] != MAGIC:
        raise _not_encrypted(path)
    if len(raw) > len(MAGIC) and raw[len(MAGIC)] != VERSION:
        raise InputError(
            "The file was encrypted by another version of talentstats.",
            where=str(path),
            expected=f"format {VERSION}",
            got=f"format {raw[len(MAGIC)]}",
            remedy="Update talentstats, or put back the file as it was stored.",
        )
    if len(raw) < HEADER_BYTES:
        raise cut_off(path, expected=HEADER_BYTES, got=len(raw))
    _, _, salt, check, length = _FIELDS.unpack(raw[: _FIELDS.size])
    header = Header(salt=salt, key_check=check, length=length)
    if header.packed() != raw:
        raise changed(path)
    return header


def cut_off(path: Path, *, expected: int, got: int) -> InputError:
    """Make the error for an encrypted file that ends too early."""
    return InputError(
        "The encrypted file was cut off.",
        where=str(path),
        expected=f"at least {expected:,} bytes",
        got=f"{got:,} bytes",
        remedy="Copy the file again from where it was stored; nothing of it was used.",
    )


def changed(path: Path) -> InputError:
    """Make the error for an encrypted file of which bytes are not those that were written."""
    return InputError(
        "The encrypted file was changed after it was written.",
        where=str(path),
        expected="the bytes that talentstats wrote",
        got="other bytes",
        remedy="Put back the file from the backup; nothing of it was used.",
    )


def _not_encrypted(path: Path) -> InputError:
    return InputError(
        "The file is not encrypted by talentstats.",
        where=str(path),
        expected="a file that talentstats encrypted",
        got="a file of another kind",
        remedy="Read it without decrypting, or name the encrypted file.",
    )
