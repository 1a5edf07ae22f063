import pytest

from talentstats.brand import FILE_NAME, brand_of
from talentstats.errors import InputError

from .conftest import HOUSE, Project


def change(project: Project, old: str, new: str) -> None:
    text = (HOUSE / FILE_NAME).read_text(encoding="utf-8")
    assert old in text
    project.write(FILE_NAME, text.replace(old, new))


def test_a_project_without_a_brand_file_has_the_style_of_the_house(project: Project) -> None:
    (project.folder / FILE_NAME).unlink()
    assert brand_of(project.folder).colors == brand_of(HOUSE).colors


@pytest.mark.parametrize(
    ("old", "new"),
    [('blue: "#154273"', "blue: red"), ("family: Source Sans 3", "family: 'x\"; } evil'")],
)
def test_a_value_that_is_not_a_colour_or_a_name_is_refused(project: Project, old: str, new: str) -> None:
    change(project, old, new)
    with pytest.raises(InputError, match="house style"):
        project.render(project.write("doc.qmd", "# Kop\n"))


def test_the_colour_of_the_house_is_in_the_page(project: Project) -> None:
    change(project, 'blue: "#154273"', 'blue: "#123456"')
    page = project.render(project.write("doc.qmd", "# Kop\n"))["html"].read_text(encoding="utf-8")
    assert "--primary: #123456" in page
