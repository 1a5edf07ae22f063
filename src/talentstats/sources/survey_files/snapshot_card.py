"""The card of a stored survey file, written as the cards of published files are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from talentstats.provenance import sha256_of
from talentstats.sources.snapshots import CARD

KIND = "survey microdata"
_CONFIDENTIAL = "Confidential: personal data, not to be passed on"
_SYNTHETIC = "Synthetic: the respondents do not exist"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyCard:
    """What is written down about a survey file that is stored.

    Attributes
    ----------
    file : str
        Name under which it is stored; never the sender's, which may name people.
    plain_sha256 : str
        Of the file as it arrived; of an encrypted one it is not the SHA-256 of what is stored.
    options : mapping
        What has to be said to read it.
    """

    wave: int
    received: date
    publisher: str
    synthetic: bool
    file: str
    plain_sha256: str
    encrypted: bool
    options: Mapping[str, str]


def write_card(card: SurveyCard, folder: Path) -> None:
    """Write the card beside its file, once that is whole."""
    stored = folder / card.file
    text = "\n".join(
        [
            f"publisher = {_text(card.publisher)}",
            f"title = {_text(_title(card))}",
            f'table_id = "internationals_{card.wave}"',
            'url = ""',
            f'published = "{card.received.isoformat()}"',
            f"accessed = {card.received.isoformat()}",
            f'kind = "{KIND}"',
            f'file = "{card.file}"',
            f'sha256 = "{sha256_of(stored)}"',
            f"size = {stored.stat().st_size}",
            f"synthetic = {_truth(card.synthetic)}",
            f"encrypted = {_truth(card.encrypted)}",
            f'plain_sha256 = "{card.plain_sha256}"',
            "",
            "[licence]",
            f"name = {_text(_SYNTHETIC if card.synthetic else _CONFIDENTIAL)}",
            'url = ""',
            "",
            "[options]",
            *(f"{name} = {_text(value)}" for name, value in sorted(card.options.items())),
            "",
        ]
    )
    (folder / CARD).write_text(text, encoding="utf-8", newline="\n")


def _title(card: SurveyCard) -> str:
    marked = " (synthetisch / synthetic)" if card.synthetic else ""
    return f"Enquête onder internationals {card.wave}{marked}"


def _text(value: str) -> str:
    """Write a text as TOML does; without control characters it is the same as in JSON."""
    return json.dumps(value, ensure_ascii=False)


def _truth(value: bool) -> str:
    return "true" if value else "false"
