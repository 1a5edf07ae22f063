"""A figure: data, words and sources; drawn only when somebody looks at it."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from talentstats.errors import InputError
from talentstats.figures.marks import Drawing, Plot
from talentstats.figures.source_line import check_sources, source_line
from talentstats.figures.spec import FigureSpec
from talentstats.figures.text_table import TextTable
from talentstats.language import Bilingual, check_language, text
from talentstats.provenance import Origin
from talentstats.terms import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of figure: how its data become marks, an alt text, a table and notes."""

    name: str
    plot: "Callable[[Figure], Plot]"
    describe: "Callable[[Figure], str]"
    table: "Callable[[Figure], TextTable]"
    notes: "Callable[[Figure], tuple[str, ...]]"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Figure:
    """A chart with its finding, data and sources, in one language at a time.

    Attributes
    ----------
    kind : Kind
    data : polars.DataFrame
        The rows that are drawn: those of a series or of estimates, with their names and `role`.
    spec : FigureSpec
    sources : tuple of Origin
    warnings : tuple of Bilingual
        Shown under the figure.
    synthetic : bool
        Whether anything in it rests on synthetic data; says so on the figure.
    language : {"nl", "en"}

    Raises
    ------
    InputError
        If a required part is missing: sources that can be cited, or the alt text.
    """

    kind: Kind
    data: pl.DataFrame
    spec: FigureSpec
    sources: tuple[Origin, ...]
    warnings: tuple[Bilingual, ...] = ()
    synthetic: bool = False
    language: Language = "nl"

    def __post_init__(self) -> None:
        check_language(self.language)
        check_sources(self.sources)
        if not self.alt().strip():
            raise InputError(
                f"The figure has no alt text in language `{self.language}`.",
                expected="a text made from the data",
                got="nothing",
                remedy=f"Complete `describe` of the kind `{self.kind.name}`.",
            )

    def __repr__(self) -> str:
        return f"<Figure {self.kind.name}: {self.spec.title.in_language(self.language)!r}>"

    def with_language(self, language: Language) -> "Figure":
        """Return this figure in another language."""
        known = check_language(language)
        return self if known == self.language else replace(self, language=known)

    def alt(self, language: Language | None = None) -> str:
        """Say in words what the figure shows: kind, subject, span, extremes, latest value, breaks."""
        figure = self._speaking(language)
        label = _synthetic_label(figure)
        return " ".join(part for part in (label and f"{label}.", figure.kind.describe(figure)) if part)

    def table(self, language: Language | None = None) -> str:
        """Return the figures as a Markdown pipe table, for readers who cannot see the chart."""
        figure = self._speaking(language)
        return figure.kind.table(figure).to_markdown()

    def drawing(self, language: Language | None = None) -> Drawing:
        """Return the figure as marks, axes and texts: what every renderer draws."""
        figure = self._speaking(language)
        spoken = figure.language
        warnings = (
            text("figure.warning", spoken, warning=note.in_language(spoken)) for note in figure.warnings
        )
        return Drawing(
            plot=figure.kind.plot(figure),
            title=figure.spec.title.in_language(spoken),
            subtitle=figure.spec.subtitle.in_language(spoken),
            notes=(*warnings, *figure.kind.notes(figure)),
            source=source_line(figure.sources, spoken),
            synthetic=_synthetic_label(figure),
            alt=figure.alt(),
            language=spoken,
            width_cm=figure.spec.width_cm,
            height_cm=figure.spec.height_cm,
        )

    def render(self, format: str, *, language: Language | None = None) -> bytes:  # noqa: A002
        """Return the figure as a file: `svg`, `png`, `pdf` or `html` (offline, interactive).

        Raises
        ------
        InputError
            If the format is not one of these.
        """
        from talentstats.figures.rendering import render  # noqa: PLC0415 -- a renderer is heavy

        return render(self._speaking(language), (format,))[format]

    def save(
        self,
        stem: str,
        *,
        formats: Sequence[str] = ("svg", "png"),
        language: Language | None = None,
        directory: str | Path = ".",
    ) -> tuple[Path, ...]:
        """Write the figure, its data (CSV) and its metadata (JSON) beside each other.

        Parameters
        ----------
        stem : str
            File name without extension.
        formats : sequence of {"svg", "png", "pdf", "html"}
        language : {"nl", "en"}, optional
            Default: the language of the figure.
        directory : path
            Made if it does not exist.

        Returns
        -------
        tuple of Path
            The pictures in the order asked, then `<stem>.csv` and `<stem>.json`.

        Raises
        ------
        InputError
            If a format is unknown or the stem is not a file name.
        """
        from talentstats.figures.saving import save  # noqa: PLC0415 -- only needed to write files

        return save(self._speaking(language), stem, formats=formats, directory=Path(directory))

    def show(self, language: Language | None = None) -> "Figure | None":
        """Show the figure in a notebook; elsewhere return it, in the language asked for."""
        figure = self._speaking(language)
        ipython = sys.modules.get("IPython")
        if ipython is None or ipython.get_ipython() is None:
            return figure
        from IPython.display import display  # noqa: PLC0415 -- only inside a notebook

        display(figure)  # type: ignore[no-untyped-call]
        return None

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
        from talentstats.figures.notebook import mime_bundle  # noqa: PLC0415 -- only inside a notebook

        del include, exclude
        return mime_bundle(self)

    def _speaking(self, language: Language | None) -> "Figure":
        return self if language is None else self.with_language(language)


def _synthetic_label(figure: Figure) -> str | None:
    return text("figure.synthetic", figure.language) if figure.synthetic else None
