"""Answers at rest: what comes out is what went in, and anything else is one clear error."""

import base64
import hashlib
import hmac
import os
import stat
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from talentstats.errors import InputError
from talentstats.sources import encryption, encryption_key
from talentstats.sources.encryption import (
    SUFFIX,
    decrypt_file,
    decrypted,
    encrypt_file,
    find_key,
    is_encrypted,
    make_key,
)
from talentstats.sources.encryption_header import HEADER_BYTES, Header, read_header

KEY = hashlib.sha256(b"a key for tests").digest()
OTHER = hashlib.sha256(b"another key for tests").digest()
CONTENT = b"respondent 1; a@b.example; lives in Leiden"


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "answers.sav"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def sealed(plain: Path, tmp_path: Path) -> Path:
    path = tmp_path / f"answers.sav{SUFFIX}"
    encrypt_file(plain, path, key=KEY)
    return path


def round_trip(content: bytes, folder: Path) -> bytes:
    source, middle, target = folder / "in", folder / "middle", folder / "out"
    source.write_bytes(content)
    encrypt_file(source, middle, key=KEY)
    decrypt_file(middle, target, key=KEY)
    return target.read_bytes()


@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=200))
def test_what_comes_out_is_what_went_in(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    chunk = encryption.CHUNK_BYTES
    encryption.CHUNK_BYTES = 16
    try:
        assert round_trip(content, tmp_path_factory.mktemp("round")) == content
    finally:
        encryption.CHUNK_BYTES = chunk


@pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 2**21])
def test_files_at_the_edges_of_a_chunk_come_back_whole(size: int, tmp_path: Path) -> None:
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    assert round_trip(content, tmp_path) == content


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    source, sealed, back = (tmp_path / name for name in ("in", "sealed", "back"))
    source.write_bytes(bytes(20 * 2**20))
    tracemalloc.start()
    encrypt_file(source, sealed, key=KEY)
    decrypt_file(sealed, back, key=KEY)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 6 * 2**20


def test_nothing_of_the_content_or_the_key_stands_in_the_encrypted_file(sealed: Path) -> None:
    raw = sealed.read_bytes()
    assert not any(part in raw for part in (CONTENT[:8], b"Leiden", KEY, base64.b64encode(KEY)))
    assert len(raw) == HEADER_BYTES + len(CONTENT) + 16


def test_the_same_file_is_never_encrypted_to_the_same_bytes(plain: Path, sealed: Path) -> None:
    again = plain.with_name("again")
    encrypt_file(plain, again, key=KEY)
    assert again.read_bytes()[HEADER_BYTES:] != sealed.read_bytes()[HEADER_BYTES:]


def test_an_encrypted_file_is_known_from_another(plain: Path, sealed: Path) -> None:
    assert is_encrypted(sealed)
    assert not is_encrypted(plain)


def refused(path: Path, *, key: bytes = KEY) -> InputError:
    """Return the error of a decryption that leaves nothing behind."""
    target = path.with_name("out")
    before = sorted(path.parent.iterdir())
    with pytest.raises(InputError) as caught:
        decrypt_file(path, target, key=key)
    assert sorted(path.parent.iterdir()) == before
    assert caught.value.where == str(path)
    assert caught.value.remedy
    return caught.value


def test_every_changed_byte_is_found_and_told_from_a_wrong_key(sealed: Path) -> None:
    good = sealed.read_bytes()
    for place in range(len(good)):
        sealed.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        problem = refused(sealed).problem
        if place < 8:
            assert "not encrypted by talentstats" in problem
        elif place == 8:
            assert "another version" in problem
        else:
            assert "was changed after it was written" in problem


def test_a_file_cut_off_at_any_length_is_found(sealed: Path) -> None:
    good = sealed.read_bytes()
    for length in range(len(good)):
        sealed.write_bytes(good[:length])
        assert ("was cut off" if length >= 8 else "not encrypted") in refused(sealed).problem


@pytest.fixture
def in_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file of four chunks of sixteen bytes, the last one full."""
    monkeypatch.setattr(encryption, "CHUNK_BYTES", 16)
    (tmp_path / "plain").write_bytes(bytes(range(64)))
    encrypt_file(tmp_path / "plain", tmp_path / "sealed", key=KEY)
    return tmp_path / "sealed"


def test_the_format_is_the_one_that_docs_survey_privacy_describes(in_chunks: Path) -> None:
    """Read a file by the description alone, without the code that wrote it."""
    raw = in_chunks.read_bytes()
    header, body = raw[:57], raw[57:]
    assert header[:9] == b"TALSTENC\x01"
    assert header[25:41] == hkdf(KEY, None, b"talentstats 1 check", 16)
    assert int.from_bytes(header[41:49], "big") == 64
    assert header[49:] == hashlib.sha256(header[:49]).digest()[:8]
    secret = hkdf(KEY, header[9:25], b"talentstats 1 file", 39)
    cipher = AESGCM(secret[:32])
    plain = b""
    for number in range(4):
        nonce = secret[32:] + number.to_bytes(4, "big") + bytes([number == 3])
        plain += cipher.decrypt(nonce, body[32 * number : 32 * (number + 1)], header)
    assert plain == bytes(range(64))


def hkdf(key: bytes, salt: bytes | None, info: bytes, size: int) -> bytes:
    """Derive bytes as RFC 5869 says, from HMAC alone."""
    secret = hmac.digest(salt or bytes(32), key, "sha256")
    block, made = b"", b""
    while len(made) < size:
        block = hmac.digest(secret, block + info + bytes([len(made) // 32 + 1]), "sha256")
        made += block
    return made[:size]


@pytest.mark.parametrize(
    "order",
    [(1, 0, 2, 3), (0, 0, 2, 3), (0, 1, 3, 2), (3, 1, 2, 0)],
    ids=["swapped", "repeated", "last-swapped", "last-first"],
)
def test_chunks_in_another_order_are_found(in_chunks: Path, order: tuple[int, ...]) -> None:
    raw = in_chunks.read_bytes()
    chunks = [raw[HEADER_BYTES + 32 * n : HEADER_BYTES + 32 * (n + 1)] for n in range(4)]
    in_chunks.write_bytes(raw[:HEADER_BYTES] + b"".join(chunks[n] for n in order))
    assert "was changed" in refused(in_chunks).problem


def test_a_chunk_of_another_file_under_the_same_key_is_found(in_chunks: Path) -> None:
    other = in_chunks.with_name("other")
    encrypt_file(in_chunks.with_name("plain"), other, key=KEY)
    first = in_chunks.read_bytes()
    in_chunks.write_bytes(first[:HEADER_BYTES] + other.read_bytes()[HEADER_BYTES:])
    assert "was changed" in refused(in_chunks).problem


def test_a_shorter_length_in_a_rewritten_header_is_found(in_chunks: Path) -> None:
    with in_chunks.open("rb") as stream:
        header = read_header(stream, in_chunks)
        body = stream.read()
    shorter = Header(salt=header.salt, key_check=header.key_check, length=48)
    in_chunks.write_bytes(shorter.packed() + body[: 3 * 32])
    assert "was changed" in refused(in_chunks).problem


def test_bytes_after_the_end_are_found(sealed: Path) -> None:
    sealed.write_bytes(sealed.read_bytes() + b"x")
    assert "was changed" in refused(sealed).problem


def test_a_wrong_key_is_told_apart(sealed: Path) -> None:
    assert "with another key" in refused(sealed, key=OTHER).problem


def test_a_file_that_is_not_encrypted_is_refused_by_name(plain: Path) -> None:
    assert "not encrypted by talentstats" in refused(plain).problem


def test_a_key_of_another_length_is_refused(plain: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="wrong length"):
        encrypt_file(plain, tmp_path / "out", key=b"short")


def test_a_missing_file_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        encrypt_file(tmp_path / "none", tmp_path / "out", key=KEY)
    assert not list(tmp_path.iterdir())


def test_a_target_that_cannot_be_written_is_refused(plain: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        encrypt_file(plain, plain / "inside-a-file", key=KEY)


def test_an_older_target_stays_whole_when_decryption_fails(sealed: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"what was there")
    sealed.write_bytes(sealed.read_bytes()[:-1])
    with pytest.raises(InputError):
        decrypt_file(sealed, target, key=KEY)
    assert target.read_bytes() == b"what was there"


def test_a_file_that_grows_while_it_is_read_is_refused(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shorter = SimpleNamespace(st_size=len(CONTENT) - 3)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", lambda _: shorter)
        with pytest.raises(InputError, match="changed while it was being encrypted"):
            encrypt_file(plain, plain.with_name("out"), key=KEY)
    assert not plain.with_name("out").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps permissions otherwise")
def test_a_decrypted_file_is_for_its_owner_only(sealed: Path) -> None:
    with decrypted(sealed, key=KEY) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_decrypted_file_keeps_its_name_and_is_removed_also_after_a_failure(sealed: Path) -> None:
    seen = []

    def use_and_fail() -> None:
        with decrypted(sealed, key=KEY) as path:
            seen.append((path, path.name, path.read_bytes()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        use_and_fail()
    ((path, name, content),) = seen
    assert (name, content) == ("answers.sav", CONTENT)
    assert not path.parent.exists()


def test_a_made_key_is_found_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    text = make_key()
    assert text != make_key()
    monkeypatch.setenv("TALENTSTATS_KEY", f" {text}\n")
    assert find_key() == base64.urlsafe_b64decode(text)


@pytest.mark.parametrize("text", ["not a key", "é" * 44, "QUJD", "A" * 43, "A" * 88])
def test_a_text_that_is_no_key_is_refused_without_showing_it(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALENTSTATS_KEY", text)
    with pytest.raises(InputError, match="44 characters") as caught:
        find_key()
    assert text not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "TALENTSTATS_KEY" in str(caught.value)


class KeyringError(Exception):
    """What a keyring raises."""


def with_keyring(monkeypatch: pytest.MonkeyPatch, get_password: object) -> None:
    monkeypatch.delenv("TALENTSTATS_KEY", raising=False)
    monkeypatch.setattr(encryption_key, "find_spec", lambda _: object())
    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=get_password))
    monkeypatch.setitem(sys.modules, "keyring.errors", SimpleNamespace(KeyringError=KeyringError))


def test_the_keyring_is_asked_when_the_environment_has_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = {("talentstats", "survey"): make_key()}
    with_keyring(monkeypatch, lambda service, name: stored.get((service, name)))
    assert find_key() == base64.urlsafe_b64decode(stored["talentstats", "survey"])


def test_a_locked_keyring_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_service: str, _name: str) -> str:
        raise KeyringError

    with_keyring(monkeypatch, locked)
    with pytest.raises(InputError, match="keyring of this computer cannot be read"):
        find_key()


@pytest.mark.parametrize("installed", [True, False])
def test_without_a_key_the_error_tells_how_to_make_and_store_one(
    installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_keyring(monkeypatch, lambda _service, _name: None)
    if not installed:
        monkeypatch.setattr(encryption_key, "find_spec", lambda _: None)
    with pytest.raises(InputError, match="talentstats key") as caught:
        find_key()
    assert "keyring set talentstats survey" in str(caught.value)
