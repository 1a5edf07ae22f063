from pathlib import Path

import pytest

from fetch_support import KEY_FIGURES, ROOT
from replay import replaying
from talentstats.errors import FetchError, InputError
from talentstats.provenance import Snapshot
from talentstats.sources.declared_sources import (
    DeclaredSource,
    FetchOptions,
    fetch_all,
    read_sources,
)
from talentstats.sources.fetched import canonical_where
from talentstats.sources.http import HttpSettings
from talentstats.sources.snapshots import read_snapshot
from talentstats.workspace import Workspace

ENTRY = '[[source]]\ndataset = "cbs/85224NED"\nprovider = "cbs"\ntable = "85224NED"\n'


def sources_of(folder: Path, text: str) -> tuple[DeclaredSource, ...]:
    (folder / "sources.toml").write_text(text, encoding="utf-8")
    return read_sources(folder)


def test_the_tables_of_the_reports_are_listed() -> None:
    sources = read_sources(ROOT / "data/reference")
    assert {
        "80472ned",
        "80474ned",
        "84545NED",
        "83599NED",
        "80590ned",
        "85224NED",
        "85268NED",
        "03759ned",
    } <= {source.table for source in sources}
    assert {source.provider for source in sources} == {"cbs", "eurostat", "boundaries"}
    assert all(source.why for source in sources)
    population = next(source for source in sources if source.table == "03759ned")
    assert population.where["BurgerlijkeStaat"] == ("T001019",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        (ENTRY.replace('table = "85224NED"', ""), "cannot be read"),
        (ENTRY.replace('"cbs"', '"cbz"'), "Did you mean `cbs`"),
        (ENTRY + 'wher = { A = ["1"] }\n', "Did you mean `where`"),
        (ENTRY + ENTRY, "declared twice"),
        (ENTRY.replace("cbs/85224NED", "../85224NED"), "cannot have that name"),
    ],
)
def test_a_list_that_cannot_be_right_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        sources_of(tmp_path, text)


def test_one_that_fails_does_not_stop_the_others() -> None:
    kept = read_snapshot(KEY_FIGURES, raw=ROOT / "data/raw")

    def fetch(source: DeclaredSource, _workspace: Workspace, _options: FetchOptions) -> Snapshot:
        if source.table == "2":
            raise FetchError("CBS cannot be reached.")
        return kept

    sources = tuple(DeclaredSource(dataset=f"cbs/{n}", provider="cbs", table=str(n)) for n in (1, 2, 3))
    outcomes = list(fetch_all(Workspace(ROOT), sources, fetchers={"cbs": fetch}))
    assert [one.error is None for one in outcomes] == [True, False, True]
    assert outcomes[2].snapshot == kept


def test_what_was_stored_already_is_not_called_new(tmp_path: Path) -> None:
    sources = sources_of(tmp_path, ENTRY + 'where = { Perioden = ["2022KW0*", "2022JJ00"] }\n')
    assert sources[0].where == canonical_where({"Perioden": ["2022JJ00", "2022KW0*"]})
    workspace = Workspace(tmp_path)
    with replaying(KEY_FIGURES) as server:
        options = FetchOptions(base_url=server.base_url, settings=HttpSettings(pause=0.0))
        first = next(fetch_all(workspace, sources, options=options))
        again = next(fetch_all(workspace, sources, options=options))
    assert (first.new, again.new) == (True, False)
    assert first.snapshot == again.snapshot
    assert first.snapshot is not None
    assert first.snapshot.origin.dataset == "cbs/85224NED/2026-04-30"


def test_boundaries_are_of_a_year(tmp_path: Path) -> None:
    text = '[[source]]\ndataset = "cbs/grenzen"\nprovider = "boundaries"\ntable = "last year"\n'
    outcome = next(fetch_all(Workspace(tmp_path), sources_of(tmp_path, text)))
    assert "Boundaries are of a year" in str(outcome.error)
