"""The key under which answers of respondents are kept: made, found, never shown."""

import base64
import binascii
import importlib
import os
import secrets
from importlib.util import find_spec

from talentstats.errors import InputError

KEY_VARIABLE = "TALENTSTATS_KEY"
KEY_BYTES = 32
# Where the key lies in the keyring of the operating system.
SERVICE, ENTRY = "talentstats", "survey"


def make_key() -> str:
    """Make a new key, as text to be stored in the keyring or the environment.

    Examples
    --------
    >>> len(make_key())
    44
    """
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def find_key(name: str = KEY_VARIABLE) -> bytes:
    """Return the key from the environment, else from the keyring.

    Parameters
    ----------
    name : str
        Environment variable that holds the key as `make_key` wrote it.

    Raises
    ------
    InputError
        If there is no key, or what is there is none. What was found is never shown.
    """
    text = os.environ.get(name)
    if text:
        return _decoded(text, where=f"environment variable {name}")
    text = _from_keyring()
    if text:
        return _decoded(text, where=f"keyring, service `{SERVICE}`, name `{ENTRY}`")
    raise InputError(
        "There is no key for the encrypted survey files.",
        expected=f"the environment variable {name}, or the keyring entry `{SERVICE}`, name `{ENTRY}`",
        got="neither",
        remedy=(
            f"Make a key once with `talentstats key`; store it with `keyring set {SERVICE} {ENTRY}` (package "
            f"`keyring`) or in {name}, and keep a copy in the safe: without it the files cannot be read."
        ),
    )


def check_key(key: bytes) -> None:
    """Refuse a key of another length than the cipher needs."""
    if len(key) != KEY_BYTES:
        raise InputError(
            "The key has the wrong length.",
            expected=f"{KEY_BYTES} bytes",
            got=f"{len(key)} bytes",
            remedy="Use the key that `talentstats key` made, whole.",
        )


def _decoded(text: str, *, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        # Neither the text nor the decoding error is chained: a traceback would show the key.
        raise InputError(
            "What should be the key for the survey files is none.",
            where=where,
            expected=f"{KEY_BYTES} bytes written in base64, 44 characters",
            got=f"a text of {len(text)} characters",
            remedy="Store the key again as `talentstats key` wrote it.",
        ) from None
    return key


def _from_keyring() -> str | None:
    if find_spec("keyring") is None:
        return None
    keyring = importlib.import_module("keyring")
    failures = importlib.import_module("keyring.errors")
    try:
        text: str | None = keyring.get_password(SERVICE, ENTRY)
    except failures.KeyringError as error:
        raise InputError(
            "The keyring of this computer cannot be read.",
            where=f"keyring, service `{SERVICE}`, name `{ENTRY}`",
            expected="an unlocked keyring",
            got=type(error).__name__,
            remedy=f"Unlock the keyring, or set the key in the environment variable {KEY_VARIABLE}.",
        ) from error
    return text
