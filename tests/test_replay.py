import csv
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from http_support import QUICK
from replay import FAULTS, Fault, Faults, ReplayServer, replaying
from replaying.filters import FilterError, compiled
from talentstats.errors import FetchError
from talentstats.sources.http import Http, HttpSettings, HttpStatusError, url_with

ROOT = Path(__file__).resolve().parents[1]
RECORDED = ROOT / "tests" / "recorded"
WHOLE = ROOT / "data" / "raw" / "cbs" / "85224NED"
LEIDEN = "03759ned"
VACANCIES = "80472ned"

Rows = list[Mapping[str, Any]]


@pytest.fixture(scope="module")
def recorded() -> Iterator[ReplayServer]:
    with replaying(RECORDED) as server:
        yield server


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(QUICK, sleep=lambda _: None) as client:
        yield client


def ask(http: Http, server: ReplayServer, *parts: str, **options: str) -> Any:
    params = {f"${name}": value for name, value in options.items()}
    return json.loads(http.get_json(url_with(server.base_url, *parts), params=params).body)


def all_pages(http: Http, server: ReplayServer, *parts: str, **options: str) -> tuple[Rows, int]:
    """Follow the links to the last page; return the rows and the number of pages."""
    answer, rows, pages = ask(http, server, *parts, **options), [], 1
    rows += answer["value"]
    while link := answer.get("@odata.nextLink") or answer.get("odata.nextLink"):
        answer = json.loads(http.get_json(link).body)
        rows += answer["value"]
        pages += 1
    return rows, pages


def stored(path: Path) -> Rows:
    rows: Rows = json.loads(path.read_text(encoding="utf-8"))["value"]
    return rows


class TestTheFourthVersion:
    @pytest.mark.parametrize(("size", "pages"), [(None, 1), (500, 9), (4045, 2), (4046, 1)])
    def test_a_whole_table_comes_as_it_was_recorded_on_pages_of_any_size(
        self, size: int | None, pages: int, http: Http
    ) -> None:
        with replaying(WHOLE, page_size=size) as server:
            found = all_pages(http, server, "85224NED", "Observations")
        assert found == (stored(WHOLE / "2026-04-30" / "observations-page-1.json"), pages)

    @pytest.mark.parametrize(
        ("entity", "file"),
        [
            ("Dimensions", "dimensions"),
            ("MeasureCodes", "measure-codes"),
            ("RegioSCodes", "codes-RegioS"),
            ("PeriodenCodes", "codes-Perioden"),
        ],
    )
    def test_what_describes_a_table_comes_as_it_was_recorded(
        self, entity: str, file: str, recorded: ReplayServer, http: Http
    ) -> None:
        assert ask(http, recorded, LEIDEN, entity)["value"] == stored(RECORDED / LEIDEN / f"{file}.json")

    def test_properties_come_as_they_were_recorded(self, recorded: ReplayServer, http: Http) -> None:
        path = RECORDED / LEIDEN / "properties.json"
        assert ask(http, recorded, LEIDEN, "Properties") == json.loads(path.read_text(encoding="utf-8"))

    def test_a_code_list_that_was_not_recorded_has_the_codes_of_the_observations(
        self, recorded: ReplayServer, http: Http
    ) -> None:
        codes = ask(http, recorded, LEIDEN, "GeslachtCodes")["value"]
        assert [(code["Identifier"], code["Title"]) for code in codes] == [("T001038", "T001038")]
        groups = ask(http, recorded, LEIDEN, "RegioSGroups")["value"]
        assert "NL" in [group["Id"] for group in groups]

    def test_a_filter_goes_along_to_every_page(self, http: Http) -> None:
        with replaying(RECORDED / LEIDEN, page_size=7) as server:
            wanted = "RegioS eq 'GM0546' and Measure eq 'M000352'"
            rows, pages = all_pages(http, server, LEIDEN, "Observations", filter=wanted)
            assert (len(rows), pages) == (8, 2)
            assert {(row["RegioS"], row["Measure"]) for row in rows} == {("GM0546", "M000352")}
            assert all("filter" in line for line in server.requests)

    @pytest.mark.parametrize("wanted", ["Perioden eq '1850JJ00'", "RegioS eq 'GM0546  '"])
    def test_an_unknown_code_gives_an_empty_answer_and_no_error(
        self, wanted: str, recorded: ReplayServer, http: Http
    ) -> None:
        assert ask(http, recorded, LEIDEN, "Observations", filter=wanted)["value"] == []

    def test_search_and_order_are_accepted_and_ignored(self, recorded: ReplayServer, http: Http) -> None:
        plain = ask(http, recorded, LEIDEN, "Observations")
        assert ask(http, recorded, LEIDEN, "Observations", search="Leiden", orderby="Value desc") == plain

    def test_skip_top_select_and_count_do_what_they_say(self, recorded: ReplayServer, http: Http) -> None:
        all_rows = ask(http, recorded, LEIDEN, "Observations")["value"]
        part = ask(http, recorded, LEIDEN, "Observations", skip="5", top="2", select="Id, Value")["value"]
        assert part == [{"Id": row["Id"], "Value": row["Value"]} for row in all_rows[5:7]]
        count = http.get_bytes(url_with(recorded.base_url, LEIDEN, "Observations", "$count"))
        assert (count.body, count.content_type) == (b"256", "text/plain; charset=utf-8")

    @pytest.mark.parametrize("wanted", ["Region eq 'GM0546'", "RegioS eq", "RegioS like 'GM'", "RegioS"])
    def test_a_filter_that_cannot_be_read_is_refused(
        self, wanted: str, recorded: ReplayServer, http: Http
    ) -> None:
        with pytest.raises(HttpStatusError, match="HTTP status 400"):
            ask(http, recorded, LEIDEN, "Observations", filter=wanted)

    @pytest.mark.parametrize("path", ["03759NED/Properties", "85224NED", f"{LEIDEN}/Observation", "x/y/z"])
    def test_ids_and_names_are_case_sensitive_and_what_is_unknown_is_404(
        self, path: str, recorded: ReplayServer, http: Http
    ) -> None:
        with pytest.raises(HttpStatusError, match="HTTP status 404"):
            ask(http, recorded, *path.split("/"))

    def test_the_description_of_a_table_is_for_those_who_ask_for_xml(
        self, recorded: ReplayServer, http: Http
    ) -> None:
        url = url_with(recorded.base_url, LEIDEN, "$metadata")
        with pytest.raises(HttpStatusError, match="HTTP status 406"):
            http.get_json(url)
        assert b'<EntitySet Name="Observations"/>' in http.get_bytes(url, accept="application/xml").body


class TestTheThirdVersion:
    FEED = ("ODataFeed", "odata", VACANCIES)
    CAPPED = ("ODataApi", "odata", VACANCIES)

    def exported(self) -> list[dict[str, str]]:
        (path,) = (RECORDED / VACANCIES).glob("*_untyped_*.csv")
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.DictReader(lines, delimiter=";"))

    @pytest.mark.parametrize(("size", "pages"), [(None, 1), (2000, 4)])
    def test_untyped_rows_come_with_the_padding_they_were_exported_with(
        self, size: int | None, pages: int, http: Http
    ) -> None:
        with replaying(RECORDED / VACANCIES, page_size=size) as server:
            rows, found = all_pages(http, server, *self.FEED, "UntypedDataSet", format="json")
        assert [{name: str(value) for name, value in row.items()} for row in rows] == self.exported()
        assert found == pages

    def test_typed_rows_have_numbers_and_null_for_what_is_missing(
        self, recorded: ReplayServer, http: Http
    ) -> None:
        rows, _ = all_pages(http, recorded, *self.FEED, "TypedDataSet")
        for typed, untyped in zip(rows, self.exported(), strict=True):
            for name in ("OpenstaandeVacatures_1", "OntstaneVacatures_2", "VervuldeVacatures_3"):
                text = untyped[name].strip()
                assert typed[name] == (None if text in {"", "."} else float(text))

    def test_a_code_without_its_padding_finds_nothing(self, recorded: ReplayServer, http: Http) -> None:
        for code, count in (("301000 ", 133), ("301000", 0)):
            wanted = f"Bedrijfskenmerken eq '{code}'"
            found = ask(http, recorded, *self.FEED, "TypedDataSet", filter=wanted)["value"]
            assert len(found) == count, code

    def test_every_code_of_the_rows_is_listed_padded(self, recorded: ReplayServer, http: Http) -> None:
        for name in ("Bedrijfskenmerken", "Perioden"):
            codes = [row["Key"] for row in ask(http, recorded, *self.CAPPED, name)["value"]]
            assert {row[name] for row in self.exported()} <= set(codes)
            assert len({len(code) for code in codes}) == 1
        assert "2023KW03" in codes

    def test_topics_dimensions_and_the_table_are_described(self, recorded: ReplayServer, http: Http) -> None:
        (info,) = ask(http, recorded, *self.CAPPED, "TableInfos")["value"]
        assert (info["Identifier"], info["Modified"]) == (VACANCIES, "2023-08-16T02:00:00")
        topics = ask(http, recorded, *self.CAPPED, "DataProperties")["value"]
        assert [(row["Key"], row["Unit"], row["Decimals"]) for row in topics if row["Type"] == "Topic"] == [
            ("OpenstaandeVacatures_1", "x 1 000", 1),
            ("OntstaneVacatures_2", "x 1 000", 0),
            ("VervuldeVacatures_3", "x 1 000", 0),
        ]

    def test_too_many_rows_are_refused_with_an_error_in_plain_text_that_says_it_is_json(
        self, http: Http
    ) -> None:
        with replaying(RECORDED, cap=7000) as server:
            url = url_with(server.base_url, *self.CAPPED, "TypedDataSet")
            with pytest.raises(HttpStatusError) as caught:
                http.get_json(url, final=lambda answer: b"not allowed on this table" in answer.body)
        answer = caught.value.answer
        assert answer.status == 500
        assert answer.content_type.startswith("application/json")
        with pytest.raises(ValueError, match="Expecting value"):
            json.loads(answer.body)


class TestOtherProviders:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Return an invented dataset in Eurostat's form: 2 places, 3 quarters, one cell not there."""
        cube = {
            "class": "dataset",
            "updated": "2026-11-20T11:00:00+0100",
            "id": ["geo", "time"],
            "size": [2, 3],
            "role": {"time": ["time"]},
            "value": {"0": 1.0, "1": 2.0, "2": 3.0, "3": 4.0, "5": 6.0},
            "status": {"2": "p"},
            "dimension": {
                "geo": {"category": {"index": {"NL": 0, "DE": 1}, "label": {"NL": "Netherlands"}}},
                "time": {"category": {"index": ["2026-Q1", "2026-Q2", "2026-Q3"]}},
            },
        }
        index = {"tableId": "invented", "api": "eurostat"}
        (tmp_path / "dataset.json").write_text(json.dumps(cube), encoding="utf-8")
        (tmp_path / "index.json").write_text(json.dumps(index), encoding="utf-8")
        return tmp_path

    def ask(self, http: Http, folder: Path, query: str) -> Any:
        with replaying(folder) as server:
            return json.loads(http.get_json(f"{server.base_url}/invented?format=JSON&lang=EN{query}").body)

    @pytest.mark.parametrize(
        ("query", "value", "size"),
        [
            ("", {"0": 1.0, "1": 2.0, "2": 3.0, "3": 4.0, "5": 6.0}, [2, 3]),
            ("&geo=DE", {"0": 4.0, "2": 6.0}, [1, 3]),
            ("&lastTimePeriod=1", {"0": 3.0, "1": 6.0}, [2, 1]),
            ("&geo=DE&geo=NL&time=2026-Q1", {"0": 1.0, "1": 4.0}, [2, 1]),
            ("&sinceTimePeriod=2026-Q2&geo=NL", {"0": 2.0, "1": 3.0}, [1, 2]),
        ],
    )
    def test_a_question_takes_a_part_of_a_cube(
        self, query: str, value: dict[str, float], size: list[int], folder: Path, http: Http
    ) -> None:
        part = self.ask(http, folder, query)
        assert (part["value"], part["size"]) == (value, size)
        assert part["status"] == {at: "p" for at, cell in value.items() if cell == 3.0}

    @pytest.mark.parametrize("query", ["&geo=XX", "&sex=T"])
    def test_an_unknown_category_is_refused(self, query: str, folder: Path, http: Http) -> None:
        with pytest.raises(HttpStatusError, match="HTTP status 400"):
            self.ask(http, folder, query)

    def test_files_with_boundaries_are_served_and_nothing_else_is(self, tmp_path: Path, http: Http) -> None:
        (tmp_path / "open").mkdir()
        (tmp_path / "open" / "areas.geojson").write_text("{}", encoding="utf-8")
        (tmp_path / "areas.geojson").write_text("{}", encoding="utf-8")
        with replaying(tmp_path / "open") as server:
            assert ask(http, server, "files", "areas.geojson") == {}
            for name in ("../areas.geojson", "other.geojson"):
                with pytest.raises(HttpStatusError, match="HTTP status 404"):
                    http.get_bytes(f"{server.base_url}/files/{quote(name, safe='')}")


class TestFaults:
    PASSING = tuple(kind for kind in FAULTS if kind != "changed")

    @pytest.mark.parametrize("kind", PASSING)
    def test_every_third_question_fails_and_the_table_still_comes_whole(
        self, kind: Fault, http: Http
    ) -> None:
        with replaying(WHOLE, page_size=500, faults=Faults(kinds=(kind,), drip_pause=0.001)) as server:
            rows, _ = all_pages(http, server, "85224NED", "Observations")
            assert rows == server.rows("85224NED")
            assert dict(server.injected) == {kind: len(server.requests) // 3}
            assert len(server.requests) == 9 + (server.injected[kind] if kind != "slow" else 0)

    def test_hundreds_of_faults_of_all_kinds_lose_nothing(self) -> None:
        kinds = tuple(kind for kind in self.PASSING if kind != "slow")
        faults = Faults(kinds=kinds, rate=0.5, seed=6, limit=300)
        settings = HttpSettings(pause=0, attempts=40)
        with replaying(WHOLE, page_size=400, faults=faults) as server, Http(settings, sleep=_no_wait) as http:
            while server.injected.total() < 300:
                assert all_pages(http, server, "85224NED", "Observations")[0] == server.rows("85224NED")
        assert set(server.injected) == set(kinds)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_the_same_seed_gives_the_same_faults(self, seed: int) -> None:
        def asked() -> list[str]:
            faults = Faults(kinds=FAULTS, rate=0.4, seed=seed, drip_pause=0)
            with (
                replaying(WHOLE, page_size=900, faults=faults) as server,
                Http(QUICK, sleep=_no_wait) as http,
            ):
                all_pages(http, server, "85224NED", "Observations")
            return [line.partition("?")[2] for line in server.requests] + sorted(server.injected.elements())

        assert asked() == asked()

    def test_a_table_changes_once_between_two_pages_values_and_version_alike(self, http: Http) -> None:
        with replaying(WHOLE, page_size=3000, faults=Faults(kinds=("changed",))) as server:
            before = ask(http, server, "85224NED", "Properties")
            old = server.rows("85224NED")
            rows, _ = all_pages(http, server, "85224NED", "Observations")
            after = ask(http, server, "85224NED", "Properties")
            assert rows == old[:3000] + server.rows("85224NED")[3000:]
            assert rows != old
            assert rows != server.rows("85224NED")
            for name in ("Version", "Modified", "ObservationsModified"):
                assert before[name] < after[name]
            again, _ = all_pages(http, server, "85224NED", "Observations")
            assert again == server.rows("85224NED")
            assert dict(server.injected) == {"changed": 1}

    def test_a_table_of_the_third_version_changes_too(self, http: Http) -> None:
        parts = ("ODataFeed", "odata", VACANCIES)
        with replaying(RECORDED, page_size=5000, faults=Faults(kinds=("changed",))) as server:
            before = ask(http, server, *parts, "TableInfos")["value"][0]["Modified"]
            rows, _ = all_pages(http, server, *parts, "UntypedDataSet")
            assert before < ask(http, server, *parts, "TableInfos")["value"][0]["Modified"]
        assert rows[0]["OpenstaandeVacatures_1"] == "    89.8"
        assert rows[-1]["OpenstaandeVacatures_1"] == "   243.2"

    def test_a_slow_server_drips_as_slowly_as_it_is_told(self) -> None:
        faults = Faults(kinds=("slow",), every=1, drip_bytes=1, drip_pause=0.01)
        settings = HttpSettings(pause=0, read_timeout=0.1, slowest=1000, attempts=1)
        with (
            replaying(WHOLE, faults=faults) as server,
            Http(settings) as http,
            pytest.raises(FetchError, match=r"only \d+ bytes in 0.1 s"),
        ):
            ask(http, server, "85224NED", "Dimensions")


def _no_wait(_seconds: float) -> None:
    """Wait for nothing."""


LEIDEN_ROW = {"Id": 7, "Measure": "M000352", "RegioS": "GM0546", "Title": "'s-Gravenhage", "Value": 124899}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("RegioS eq 'GM0546'", True),
        ("RegioS ne 'GM0546'", False),
        ("RegioS eq 'gm0546'", False),
        ("RegioS eq 'GM0546 '", False),
        ("RegioS ge 'GM0546' and RegioS le 'GM0546'", True),
        ("RegioS gt 'GM0546' or RegioS lt 'GM0546'", False),
        ("Measure eq 'x' and RegioS eq 'x' or Id eq 7", True),
        ("Measure eq 'x' and (RegioS eq 'x' or Id eq 7)", False),
        ("RegioS in ('GM0547', 'GM0546')", True),
        ("RegioS in ('GM0547')", False),
        ("startswith(RegioS,'GM05')", True),
        ("endswith(RegioS, '46')", True),
        ("contains(RegioS,'PV')", False),
        ("substringof('M05', RegioS)", True),
        ("not startswith(RegioS,'GM') or not (Id eq 8)", True),
        ("Title eq '''s-Gravenhage'", True),
        ("Value ge 124899.0 and Id ge -1", True),
    ],
)
def test_a_filter_means_what_it_says(text: str, holds: bool) -> None:
    assert compiled(text, frozenset(LEIDEN_ROW))(LEIDEN_ROW) is holds


@pytest.mark.parametrize("text", ["RegioS eq 'GM", "RegioS eq 'a' 'b'", "(Id eq 1", "Id = 1", "Id eq", "in"])
def test_a_filter_that_cannot_be_read_says_so(text: str) -> None:
    with pytest.raises(FilterError):
        compiled(text, frozenset(LEIDEN_ROW))


class TestTheCommand:
    COMMAND = (sys.executable, str(ROOT / "tests" / "replay.py"))

    @pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
    def test_it_prints_its_address_serves_and_ends_when_interrupted(self, http: Http) -> None:
        with subprocess.Popen(
            [*self.COMMAND, str(RECORDED), "--fault", "error-500", "--page-size", "100"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            base = process.stdout.readline().strip()
            answers = [
                json.loads(http.get_json(url_with(base, LEIDEN, "Observations")).body) for _ in range(3)
            ]
            time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            rest, errors = process.communicate(timeout=10)
        assert [len(answer["value"]) for answer in answers] == [100, 100, 100]
        assert (process.returncode, rest, errors) == (0, "", "")

    @pytest.mark.parametrize("arguments", [("--fault", "fire"), ("nowhere",)])
    def test_it_refuses_what_it_does_not_know(self, arguments: tuple[str, ...]) -> None:
        done = subprocess.run([*self.COMMAND, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "error:" in done.stderr
