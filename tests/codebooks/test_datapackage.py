import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from codebook_support import REFERENCE, WAVES, answers, changed_reference, codebook, harmonised
from talentstats.codebooks.datapackage import data_package
from talentstats.codebooks.dictionary import write_dictionary
from talentstats.errors import InputError

PROFILES = "https://datapackage.org/profiles/2.0/"


def described(wave: int = 2025, **more: Any) -> Mapping[str, Any]:
    return data_package(codebook(wave), harmonised(), synthetic=True, **more)


def fields_of(package: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    (resource,) = package["resources"]
    return {field["name"]: field for field in resource["schema"]["fields"]}


def test_the_package_names_the_profiles_of_version_two() -> None:
    package = described()
    (resource,) = package["resources"]

    assert package["$schema"] == f"{PROFILES}datapackage.json"
    assert resource["$schema"] == f"{PROFILES}dataresource.json"
    assert resource["schema"]["$schema"] == f"{PROFILES}tableschema.json"
    assert (resource["name"], resource["type"], resource["path"]) == (
        "internationals_2025",
        "table",
        "data.parquet",
    )
    assert package["sources"] == [{"title": "Codebook of wave 2025", "version": "2025.1"}]
    assert resource["schema"]["primaryKey"] == ["dataset", "row"]


@pytest.mark.parametrize("wave", WAVES)
def test_every_column_that_is_not_personal_is_a_field_in_the_same_order(wave: int) -> None:
    fields = list(fields_of(described(wave)))
    columns = [name for name in harmonised().columns(wave) if name not in ("respondent_id", "panel_id")]

    assert fields == [*columns, "weight"]


@pytest.mark.parametrize("wave", WAVES)
def test_the_answers_are_of_the_types_and_categories_described(wave: int) -> None:
    frame, fields = answers(wave, n=200), fields_of(described(wave))
    types = {"String": "string", "Int64": "integer", "Float64": "number", "Date": "date"}

    for name, field in fields.items():
        if name == "weight":
            continue
        assert field["type"] == types[str(frame[name].dtype)]
        if "categories" in field:
            values = [one["value"] for one in field["categories"]]
            assert len(set(values)) == len(values)
            assert set(frame[name].drop_nulls()) <= set(values)
        if field.get("constraints", {}).get("required"):
            assert frame[name].null_count() == 0


def test_a_scale_is_ordered_and_only_its_ends_are_labelled() -> None:
    field = fields_of(described())["feels_at_home"]

    assert field["categoriesOrdered"] is True
    assert [one["value"] for one in field["categories"]] == [1, 2, 3, 4, 5]
    assert [one.get("label") for one in field["categories"]] == ["not at all", None, None, None, "fully"]


def test_an_answer_that_is_not_there_has_its_reason_beside_it() -> None:
    fields = fields_of(described())

    assert fields["role"]["missingValues"] == [
        {"value": "", "label": "no answer; the reason is in role__missing"}
    ]
    assert [one["value"] for one in fields["role__missing"]["categories"]] == [
        *("dont_know", "refused", "not_applicable", "not_shown")
    ]


def test_titles_and_labels_are_in_both_languages() -> None:
    for field in fields_of(described()).values():
        assert field["title"]
        assert field["title_nl"]
        for one in field.get("categories", []):
            assert ("label" in one) == ("label_nl" in one)


def test_synthetic_answers_are_marked_and_free_real_ones_are_confidential() -> None:
    real = data_package(codebook(2025), harmonised(), synthetic=False)

    assert described()["synthetic"] is True
    assert described()["description"].startswith("Synthetic data")
    assert described()["licenses"][0]["name"] == "CC-BY-4.0"
    assert real["synthetic"] is False
    assert real["description_nl"].startswith("Antwoorden van deelnemers. Vertrouwelijk")
    assert "licenses" not in real


def test_the_columns_of_a_table_can_be_named() -> None:
    assert list(fields_of(described(columns=["row", "role"]))) == ["row", "role"]
    with pytest.raises(InputError, match="Did you mean `role`"):
        described(columns=["rol"])


def test_the_dictionary_is_written_in_both_languages_and_twice_the_same(tmp_path: Path) -> None:
    first = write_dictionary(2025, REFERENCE, tmp_path / "a" / "b", synthetic=True)
    second = write_dictionary(2025, REFERENCE, tmp_path / "c", synthetic=True)

    assert [path.name for path in first] == [
        "codebook-2025.nl.html",
        "codebook-2025.en.html",
        "datapackage.json",
    ]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert json.loads(first[-1].read_text(encoding="utf-8")) == described()


def test_one_language_can_be_asked_for(tmp_path: Path) -> None:
    paths = write_dictionary(2023, REFERENCE, tmp_path, languages=["nl"], synthetic=False)

    assert [path.name for path in paths] == ["codebook-2023.nl.html", "datapackage.json"]


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    with pytest.raises(InputError, match="cannot be written") as error:
        write_dictionary(2025, REFERENCE, tmp_path / "taken", synthetic=True)

    assert error.value.where == str(tmp_path / "taken")


def test_codebooks_that_contradict_each_other_are_not_described(tmp_path: Path) -> None:
    reference = changed_reference(tmp_path, "harmonised.toml", "phd = 4,", "phd = [4, 44],")

    with pytest.raises(InputError, match="Unknown code"):
        write_dictionary(2025, reference, tmp_path / "out", synthetic=True)
    assert not (tmp_path / "out").exists()
