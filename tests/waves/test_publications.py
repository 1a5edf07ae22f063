from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from talentstats.errors import InputError
from talentstats.language import Bilingual
from talentstats.waves.publications import (
    Key,
    Publication,
    Revision,
    compare_with,
    publication_path,
    read_publication,
    write_publication,
)

A, B = "survey.a.nation.2023", "claim.a.nation.change.2021_2023"
REASON = Bilingual(nl="Wegingsfout hersteld.", en="Error in weighting mended.")
PRINTED: dict[Key, str] = {
    (A, "value"): "57",
    (A, "low"): "55.5",
    (A, "high"): "59",
    (A, "n"): "980",
    (B, "claim"): "higher",
}


def published(**changes: Any) -> Publication:
    made = Publication(wave=2023, published="2024-03-29", synthetic=True, printed=PRINTED)
    return replace(made, **changes)


def revised(now: str = "58", part: Any = "value", name: str = A) -> Revision:
    return Revision(id=name, part=part, now=now, reason=REASON)


NOW: dict[Key, str] = {
    (A, "value"): "57.499",
    (A, "low"): "55.4501",
    (A, "high"): "58.5",
    (A, "n"): "980",
    (B, "claim"): "higher",
}


def test_figures_that_round_to_what_was_printed_are_the_same() -> None:
    assert {row.status for row in compare_with(published(), NOW)} == {"same"}


@pytest.mark.parametrize(
    ("key", "now", "changes", "status"),
    [
        ((A, "value"), "57.5", {}, "different"),
        ((A, "value"), "57.5", {"tolerance": 1}, "same"),
        ((A, "value"), "58.6", {"tolerance": 1}, "different"),
        ((A, "low"), "55.3", {"tolerance": 1}, "different"),
        ((A, "value"), ".", {}, "different"),
        ((A, "n"), "981", {}, "different"),
        ((B, "claim"), "unclear", {}, "different"),
        ((A, "value"), "57.9", {"revisions": (revised(),)}, "revised"),
        ((A, "value"), "59.2", {"revisions": (revised(),)}, "different"),
        ((A, "value"), "57.0", {"revisions": (revised(),)}, "stale"),
        ((B, "claim"), "unclear", {"revisions": (revised("unclear", "claim", B),)}, "revised"),
    ],
)
def test_a_difference_must_be_explained_and_a_revision_must_explain(
    key: Key, now: str, changes: dict[str, Any], status: str
) -> None:
    rows = compare_with(published(**changes), {**NOW, key: now})
    (row,) = [row for row in rows if (row.id, row.part) == key]
    assert row.status == status
    assert row.explained == (status in ("same", "revised"))
    assert (row.reason == REASON) == (status in ("revised", "stale"))


def test_a_figure_that_is_no_longer_made_is_missing() -> None:
    rows = compare_with(published(), {key: now for key, now in NOW.items() if key != (A, "n")})
    assert [(row.part, row.status) for row in rows if not row.explained] == [("n", "missing")]


def test_a_revision_of_what_was_never_published_is_stale() -> None:
    rows = compare_with(published(revisions=(revised(name="survey.b"),)), NOW)
    assert [(row.id, row.status) for row in rows if not row.explained] == [("survey.b", "stale")]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_publication(published(), tmp_path)
    assert read_publication(2023, tmp_path) == published()


def test_a_publication_is_not_written_over(tmp_path: Path) -> None:
    write_publication(published(), tmp_path)
    with pytest.raises(InputError, match="stored already") as caught:
        write_publication(published(), tmp_path)
    assert "[[revision]]" in str(caught.value)


def test_revisions_are_read_with_their_reasons(tmp_path: Path) -> None:
    path = write_publication(published(), tmp_path)
    entry = f'\n[[revision]]\nid = "{A}"\npart = "value"\nnow = "58"\n'
    reason = f'reason = {{ nl = "{REASON.nl}", en = "{REASON.en}" }}\n'
    path.write_text(path.read_text(encoding="utf-8") + entry + reason, encoding="utf-8")
    assert read_publication(2023, tmp_path).revisions == (revised(),)


@pytest.mark.parametrize("text", ["wave = 2023\n", "wave = [", ""])
def test_a_damaged_publication_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = publication_path(2023, tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="A publication cannot be read"):
        read_publication(2023, tmp_path)


def test_a_wave_of_which_nothing_was_stored_says_how_to(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="was not stored") as caught:
        read_publication(2021, tmp_path)
    assert "talentstats backtest 2021 --store" in str(caught.value)
