"""What several tests do to a project of their own."""

import hashlib
from pathlib import Path


def rewrite_raw(path: Path, old: str, new: str) -> None:
    """Change a raw file and its card, as somebody would who replaced it on purpose."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    data = path.read_bytes()
    card = path.with_name("snapshot.toml")
    fields = {"sha256": f'sha256 = "{hashlib.sha256(data).hexdigest()}"', "size": f"size = {len(data)}"}
    lines = [fields.get(line.split(" = ")[0], line) for line in card.read_text(encoding="utf-8").splitlines()]
    card.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
