from datetime import date
from pathlib import Path

import pytest

from talentstats.errors import InputError
from talentstats.provenance import sha256_of
from talentstats.weighting.margins_file import read_margins

SOURCE = """
[[sources]]
dataset = "cbs/03742/2025-05-30"
publisher = "CBS"
title = "Bevolking"
table_id = "03742"
url = "https://www.cbs.nl/"
published = "2025-05-30"
accessed = 2025-06-02
licence = { name = "CC BY 4.0", url = "https://creativecommons.org/licenses/by/4.0/" }
"""
TOML = f"""
reference_date = 2025-01-01
{SOURCE}
[[margins]]
columns = ["region"]
totals = [["Leiden", 1200], ["Delft", 800]]

[[margins]]
columns = ["sex", "old"]
totals = [["v", true, 450], ["v", false, 600], ["m", true, 350], ["m", false, 600]]

[totals]
age = 84000
"""
CSV = """margin,level,level_2,total
region,Leiden,,1200
region,Delft,,800
sex*old,v,true,450
sex*old,v,false,600
sex*old,m,true,350
sex*old,m,false,600
age,,,84000
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "margins.toml").write_text(TOML)
    (tmp_path / "margins.csv").write_text(CSV)
    return tmp_path


def test_both_kinds_of_file_say_the_same(folder: Path) -> None:
    declared = read_margins(folder / "margins.toml")
    listed = read_margins(folder / "margins.csv", reference_date=date(2025, 1, 1))

    for margins in (declared, listed):
        assert [margin.columns for margin in margins.categories] == [("region",), ("sex", "old")]
        assert margins.categories[0].totals.tolist() == [1200, 800]
        assert margins.categories[1].totals.tolist() == [450, 600, 350, 600]
        assert margins.numbers == {"age": 84_000.0}
        assert margins.reference_date == date(2025, 1, 1)


def test_a_toml_file_has_its_sources_and_is_its_own_witness(folder: Path) -> None:
    (origin,) = read_margins(folder / "margins.toml").origins

    assert (origin.publisher, origin.table_id, str(origin.published)) == ("CBS", "03742", "2025-05-30")
    assert origin.sha256 == sha256_of(folder / "margins.toml")


def test_a_name_is_looked_up_among_the_reference_data_of_the_project(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder / "data" / "reference" / "margins"
    home.mkdir(parents=True)
    (folder / "data" / "raw").mkdir()
    (folder / "margins.toml").rename(home / "internationals_2025.toml")
    monkeypatch.setenv("TALENTSTATS_HOME", str(folder))

    assert read_margins("internationals_2025").size == 2000


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.toml", TOML.replace("reference_date = 2025-01-01", ""), "KeyError: 'reference_date'"),
        ("a.toml", TOML.replace("= 2025-01-01", '= "soon"'), "`reference_date` is not a date"),
        ("a.toml", TOML.replace(SOURCE, ""), "KeyError: 'sources'"),
        ("a.toml", TOML.replace('["Delft", 800]', '["Leiden", 800]'), "category more than once"),
        ("a.toml", TOML.replace("800", '"800"'), "not a number"),
        ("a.toml", "reference_date = ", "cannot be read"),
        ("a.csv", CSV.replace("1200", "1.200,5"), "cannot be read"),
        ("a.csv", CSV.replace("1200", "many"), "margin `region`"),
        ("a.csv", CSV.replace("margin,", "variable,"), "lack a column"),
        ("a.csv", CSV.replace("region,Delft", "region,"), "category without a name"),
        ("a.csv", "margin,level,total\nsex*old,v,10\n", "has other columns"),
        ("a.csv", CSV.replace("800", "900"), "2,000 in the margin `sex` by `old`"),
    ],
)
def test_files_that_cannot_be_used_are_refused(folder: Path, name: str, content: str, message: str) -> None:
    (folder / name).write_text(content)

    with pytest.raises(InputError, match=message):
        read_margins(folder / name)


def test_the_day_of_a_toml_file_is_not_given_twice_and_a_missing_file_is_named(folder: Path) -> None:
    with pytest.raises(InputError, match="are in their file"):
        read_margins(folder / "margins.toml", reference_date=date(2025, 1, 1))
    with pytest.raises(InputError, match="no such file"):
        read_margins(folder / "other.csv")
