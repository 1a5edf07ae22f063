"""Which certificates are trusted: those of the operating system, and those a person names."""

import os
import ssl
from functools import lru_cache
from pathlib import Path

import truststore

from talentstats.errors import FetchError, InputError

HOW_TO_NAME_ONE = (
    "If your office network puts its own certificate in between, ask for it as a PEM file and name it with "
    "`--ca-file FILE`, or in the variable SSL_CERT_FILE."
)


def trusted_certificates(ca_file: Path | None = None) -> ssl.SSLContext:
    """Return what a connection is checked against.

    Parameters
    ----------
    ca_file : Path, optional
        Certificates (PEM) to trust beside those of the operating system. Without it SSL_CERT_FILE and
        SSL_CERT_DIR hold.

    Raises
    ------
    InputError
        If a file or folder that was named has no certificates.
    """
    if ca_file is not None:
        return _trusting(ca_file, "--ca-file", None)
    file, folder = (os.environ.get(name) or None for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    return _trusting(Path(file) if file else None, "SSL_CERT_FILE", Path(folder) if folder else None)


@lru_cache(maxsize=8)
def _trusting(file: Path | None, named_by: str, folder: Path | None) -> ssl.SSLContext:
    """Read the certificates once: a store of a whole office takes a noticeable time."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if file is not None:
        _trust(context, named_by, file=file)
    if folder is not None:
        _trust(context, "SSL_CERT_DIR", folder=folder)
    return context


def _trust(
    context: ssl.SSLContext, named_by: str, *, file: Path | None = None, folder: Path | None = None
) -> None:
    try:
        if folder is not None and not folder.is_dir():
            raise NotADirectoryError(folder)
        context.load_verify_locations(cafile=file, capath=folder)
    except OSError as error:  # ssl.SSLError is one
        raise InputError(
            "The certificates to trust cannot be read.",
            where=str(file or folder),
            expected="certificates in PEM form (`-----BEGIN CERTIFICATE-----`)",
            got=type(error).__name__,
            remedy=f"Correct {named_by}.",
        ) from error


def refuse_certificate(error: BaseException, *, where: str) -> None:
    """Let through every failure but one of trust, which no second attempt mends.

    Raises
    ------
    FetchError
        If a certificate was not trusted somewhere below this error.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise FetchError(
                "The certificate of a server is not trusted.",
                where=where,
                got=getattr(cause, "verify_message", "") or cause.reason or "no certificate we know",
                remedy=HOW_TO_NAME_ONE,
            ) from error
        cause = cause.__cause__ or cause.__context__
