"""Templates, styles and the Lua filter of the built-in engine."""

from importlib.resources import files


def resource(name: str) -> str:
    """Return the text of a resource file."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
