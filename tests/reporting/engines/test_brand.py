from pathlib import Path

import pytest

from talentstats.errors import InputError
from talentstats.reporting.engines.brand import Brand, read_brand

from .conftest import Project


def test_without_a_brand_file_the_defaults_of_the_house_hold(tmp_path: Path) -> None:
    assert read_brand(tmp_path) == Brand()


def test_colours_may_be_named_in_the_palette(tmp_path: Path) -> None:
    text = (
        "color:\n  palette: {sea: '#0A5C5A'}\n  primary: sea\n  danger: '#990000'\ntypography: {base: Lato}\n"
    )
    (tmp_path / "_brand.yml").write_text(text, encoding="utf-8")
    brand = read_brand(tmp_path)
    assert (brand.primary, brand.danger, brand.warning) == ("#0a5c5a", "#990000", Brand().warning)
    assert brand.family == "Lato"


@pytest.mark.parametrize("text", ["color: {primary: red}", "typography: {base: 'x\"; } evil'}"])
def test_a_value_that_is_not_a_colour_or_a_name_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "_brand.yml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="house style"):
        read_brand(tmp_path)


def test_the_colour_of_the_house_is_in_the_page(project: Project) -> None:
    project.write("_brand.yml", "color: {primary: '#123456'}\n")
    page = project.render(project.write("doc.qmd", "# Kop\n"))["html"].read_text(encoding="utf-8")
    assert "--primary: #123456" in page
