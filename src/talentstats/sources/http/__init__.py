"""Asking a provider's server for an answer that is whole, within bounds; the only way out of talentstats."""

from talentstats.sources.http.address import same_origin, url_with, without_credentials
from talentstats.sources.http.answer import HttpAnswer, HttpStatusError
from talentstats.sources.http.client import Http
from talentstats.sources.http.settings import STANDARD, HttpSettings

__all__ = [
    "STANDARD",
    "Http",
    "HttpAnswer",
    "HttpSettings",
    "HttpStatusError",
    "same_origin",
    "url_with",
    "without_credentials",
]
