"""The notices a report must carry: warnings of the validation, and that data are synthetic."""

from talentstats.language import text
from talentstats.reporting.contents import Contents
from talentstats.tables import escape_markdown
from talentstats.terms import Language


def notices(contents: Contents, language: Language) -> str:
    """Write the notices as Quarto callouts; an empty text when there are none."""
    blocks = [synthetic_notice(contents, language)] if contents.synthetic else []
    if contents.warnings:
        found = [warning.in_language(language) for warning in contents.warnings]
        blocks.append(_callout("warning", text("report.warnings_title", language), found))
    return "\n\n".join(blocks)


def synthetic_notice(contents: Contents, language: Language) -> str:
    """Write that figures are synthetic as a Quarto callout; an empty text when none is."""
    if not contents.synthetic:
        return ""
    title, words = text("report.synthetic_title", language), text("report.synthetic", language)
    return _callout("important", title, [words])


def _callout(kind: str, title: str, lines: list[str]) -> str:
    body = "\n".join(f"- {escape_markdown(line)}" for line in lines)
    return f"::: {{.callout-{kind}}}\n## {escape_markdown(title)}\n\n{body}\n:::"
