"""The card of a stored survey file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from talentstats.provenance import Licence
from talentstats.sources.cards import Card

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

    def as_card(self) -> Card:
        """Return the card as those of published files are."""
        marked = " (synthetisch / synthetic)" if self.synthetic else ""
        return Card(
            publisher=self.publisher,
            title=f"Enquête onder internationals {self.wave}{marked}",
            table_id=f"internationals_{self.wave}",
            url="",
            published=self.received.isoformat(),
            accessed=self.received,
            kind=KIND,
            file=self.file,
            licence=Licence(name=_SYNTHETIC if self.synthetic else _CONFIDENTIAL, url=""),
            synthetic=self.synthetic,
            further={
                "encrypted": self.encrypted,
                "plain_sha256": self.plain_sha256,
                "options": self.options,
            },
        )
