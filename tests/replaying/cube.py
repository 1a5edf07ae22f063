"""A dataset of Eurostat's dissemination interface (JSON-stat 2), of which a question takes a part."""

import json
from collections.abc import Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from replaying.reply import Reply, json_reply

_NOT_DIMENSIONS = {"format", "lang"}


class Cube:
    """One recorded dataset: `dataset.json` beside `index.json`."""

    def __init__(self, folder: Path) -> None:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        self.code: str = index["tableId"]
        self._whole: dict[str, Any] = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))

    def respond(self, options: Sequence[tuple[str, str]], *, edition: int) -> Reply:
        """Return the categories asked for; a later edition has higher values and another day of change."""
        asked: dict[str, list[str]] = {}
        for name, value in options:
            if name not in _NOT_DIMENSIONS:
                asked.setdefault(name, []).append(value)
        try:
            kept = [self._kept(name, asked) for name in self._whole["id"]]
            _refuse_rest(asked)
        except KeyError as error:
            label = f"UNKNOWN OR INVALID DIMENSION OR CATEGORY: {error}"
            return json_reply({"error": [{"status": 400, "id": 150, "label": label}]}, status=400)
        return json_reply(self._part(kept, edition))

    def _kept(self, name: str, asked: dict[str, list[str]]) -> list[str]:
        codes = self._codes(name)
        wanted = asked.pop(name, None)
        if name in self._whole.get("role", {}).get("time", []):
            for word, test in (("sinceTimePeriod", str.__ge__), ("untilTimePeriod", str.__le__)):
                for bound in asked.pop(word, []):
                    codes = [code for code in codes if test(code, bound)]
            for count in asked.pop("lastTimePeriod", []):
                codes = codes[-int(count) :]
        if wanted is None:
            return codes
        if missing := set(wanted) - set(codes):
            raise KeyError(f"{name}={min(missing)}")
        return [code for code in codes if code in wanted]

    def _codes(self, name: str) -> list[str]:
        index = self._whole["dimension"][name]["category"]["index"]
        return sorted(index, key=index.__getitem__) if isinstance(index, dict) else list(index)

    def _part(self, kept: list[list[str]], edition: int) -> dict[str, Any]:
        """Return a dataset of the kept categories, values as a sparse object."""
        names, sizes = self._whole["id"], self._whole["size"]
        steps = [prod(sizes[at + 1 :]) for at in range(len(sizes))]
        places = [
            {code: at * step for at, code in enumerate(self._codes(name))}
            for name, step in zip(names, steps, strict=True)
        ]
        cells = [
            str(sum(place[code] for place, code in zip(places, codes, strict=True)))
            for codes in product(*kept)
        ]
        part = {**self._whole, "size": [len(codes) for codes in kept]}
        values = _by_place(self._whole["value"])
        part["value"] = {
            str(at): values[cell] + edition for at, cell in enumerate(cells) if values.get(cell) is not None
        }
        if "status" in self._whole:
            status = _by_place(self._whole["status"])
            part["status"] = {str(at): status[cell] for at, cell in enumerate(cells) if status.get(cell)}
        part["dimension"] = {
            name: self._dimension(name, codes) for name, codes in zip(names, kept, strict=True)
        }
        if edition:
            part["updated"] = f"{self._whole['updated']} edition {edition}"
        return part

    def _dimension(self, name: str, codes: list[str]) -> dict[str, Any]:
        whole = self._whole["dimension"][name]
        labels = whole["category"].get("label", {})
        category = {
            "index": {code: at for at, code in enumerate(codes)},
            "label": {code: labels.get(code, code) for code in codes},
        }
        return {**whole, "category": category}


def _by_place(cells: Any) -> dict[str, Any]:
    return {str(at): cell for at, cell in enumerate(cells)} if isinstance(cells, list) else dict(cells)


def _refuse_rest(asked: dict[str, list[str]]) -> None:
    if asked:
        raise KeyError(min(asked))
