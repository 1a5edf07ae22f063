"""Every example in a docstring runs."""

import doctest
import importlib
import pkgutil

import pytest

import talentstats
from talentstats.workspace import Workspace

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(talentstats.__path__, prefix="talentstats.")
    if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name: str, at_home: Workspace) -> None:
    assert at_home.root
    found = doctest.testmod(importlib.import_module(name))
    assert found.failed == 0


def test_the_modules_an_analyst_uses_have_examples(at_home: Workspace) -> None:
    assert at_home.root
    for name in ("labour.tightness", "labour.series", "labour.uwv", "labour.provinces", "store", "terms"):
        assert doctest.testmod(importlib.import_module(f"talentstats.{name}")).attempted > 0, name
