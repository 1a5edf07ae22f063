from pathlib import Path

import pytest

from conftest import ROOT
from talentstats.brand import load_brand
from talentstats.errors import InputError


def test_roles_point_to_colours_of_the_palette_and_fonts_to_bundled_files() -> None:
    brand = load_brand()

    assert brand.color("primary") == brand.color("blue")
    assert {(font.weight, font.italic) for font in brand.fonts} == {
        (400, False),
        (400, True),
        (600, False),
        (700, False),
    }
    assert all(font.path.is_file() for font in brand.fonts)
    with pytest.raises(InputError, match="no such font"):
        brand.font(900)


def test_the_brand_file_of_the_project_is_the_one_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = load_brand()
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "reports").mkdir()
    content = (ROOT / "reports" / "_brand.yml").read_text("utf-8").replace(original.color("blue"), "#003366")
    (tmp_path / "reports" / "_brand.yml").write_text(content, "utf-8")
    monkeypatch.setenv("TALENTSTATS_HOME", str(tmp_path))

    assert load_brand().color("primary") == "#003366"


@pytest.mark.parametrize("content", ["color: [", "color: {}", "meta: {name: x}", "- 1"])
def test_an_unusable_brand_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "_brand.yml"
    path.write_text(content, "utf-8")

    with pytest.raises(InputError, match="house style cannot be read") as raised:
        load_brand(path)
    assert raised.value.where == str(path)


def test_a_missing_brand_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="house style is missing"):
        load_brand(tmp_path / "_brand.yml")
