"""One answer of the replay server, before a fault spoils it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Status, kind and content."""

    body: bytes
    content_type: str = JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def json_reply(content: object, *, status: int = 200) -> Reply:
    return Reply(body=json.dumps(content, ensure_ascii=False).encode(), status=status)


def text_reply(text: str, *, status: int = 200, content_type: str = TEXT) -> Reply:
    return Reply(body=text.encode(), content_type=content_type, status=status)


def refusal(status: int, message: str) -> Reply:
    return json_reply({"error": {"code": str(status), "message": message}}, status=status)
