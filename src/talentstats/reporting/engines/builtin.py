"""The engine for machines without Quarto: run the cells once, then write HTML, PDF and DOCX."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from string import Template

from talentstats.brand import Brand, brand_of
from talentstats.language import format_date
from talentstats.reporting.engines.assemble import Target, assemble
from talentstats.reporting.engines.document import Document, parse
from talentstats.reporting.engines.docx_fonts import embed_fonts
from talentstats.reporting.engines.docx_reference import make_reference
from talentstats.reporting.engines.embedding import embed_pictures, font_faces
from talentstats.reporting.engines.resources import resource
from talentstats.reporting.engines.settings import OutputFormat
from talentstats.reporting.engines.staging import data_home, deliver, project_of, stage
from talentstats.reporting.engines.wording import WORDS

_REGIONS = {"nl": "NL", "en": "GB"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One executed document on its way to one format."""

    document: Document
    brand: Brand
    kind: OutputFormat
    markdown: Path
    timestamp: datetime

    @property
    def folder(self) -> Path:
        """Where pandoc works: the staged document's folder, to which pictures are relative."""
        return self.document.path.parent

    def beside(self, extension: str) -> Path:
        """Name a file of this job in the working folder."""
        return self.markdown.with_suffix(extension)


def render(
    document: Path,
    *,
    formats: Sequence[OutputFormat],
    directory: Path,
    stem: str,
    parameters: Mapping[str, str],
    timestamp: datetime,
    environment: Mapping[str, str] | None = None,
    progress: Callable[[str], None],
) -> dict[str, Path]:
    """Render a Quarto document without Quarto; its cells run once for all formats.

    Parameters
    ----------
    document : Path
        A `.qmd` file in a project (a folder with `_quarto.yml`).
    formats : sequence of {"html", "pdf", "docx"}
        What to make.
    directory : Path
        Output folder; it receives whole files, and none when anything fails.
    stem : str
        File name of the results without extension.
    parameters : mapping of name to text
        Assigned after the cell tagged `parameters`.
    timestamp : datetime
        The fixed moment of the edition (UTC), used for every date in the outputs.
    environment : mapping of name to text, optional
        Variables that the cells see besides those of this process.
    progress : callable
        Is told each step in one line.

    Returns
    -------
    dict of format to Path

    Raises
    ------
    DocumentError
        If the document fails or leaves the supported subset, with its line.
    BuildError
        If pandoc, typst or the kernel fails.
    """
    brand = brand_of(project_of(document))
    with tempfile.TemporaryDirectory(prefix="talentstats-") as name:
        work = Path(name).resolve()
        staged = parse(stage(document, work))
        from talentstats.reporting.engines.execute import execute, working_folder  # noqa: PLC0415 -- nbclient is heavy

        executed = execute(
            staged,
            parameters=parameters,
            environment={**data_home(document), **working_folder(work / "ipython"), **(environment or {})},
            timestamp=timestamp,
            progress=progress,
        )
        made: dict[str, Path] = {}
        for kind in formats:
            progress(f"{staged.name}: {kind.upper()}")
            folder = staged.path.parent / f"{staged.path.stem}_{kind}"
            markdown = staged.path.parent / f"{staged.path.stem}-{kind}.md"
            markdown.write_text(
                assemble(staged, executed, Target(kind=kind, folder=folder)), encoding="utf-8"
            )
            job = Job(document=staged, brand=brand, kind=kind, markdown=markdown, timestamp=timestamp)
            made[kind] = _WRITERS[kind](job)
        return deliver(made, directory, stem=stem)


def _write_html(job: Job) -> Path:
    stylesheet = Template(resource("report.css")).substitute(
        family=job.brand.family,
        **_colours(job.brand),
    )
    template = job.beside(".template.html")
    template.write_text(resource("report.html").replace("$stylesheet$", stylesheet), encoding="utf-8")
    target = job.beside(".html")
    _convert(
        job,
        [
            "--to=html5",
            f"--output={target.name}",
            "--standalone",
            "--mathml",
            "--section-divs",
            "--email-obfuscation=none",
            f"--template={template.name}",
            *_variables(_html_variables(job)),
            *_contents(job, levels=1),
        ],
    )
    # pandoc can embed too, but needs seconds for the fonts and would fetch what is not here.
    page = embed_pictures(target.read_text(encoding="utf-8"), job.folder)
    page = page.replace("<style>", f"<style>\n{font_faces(job.brand)}", 1)
    target.write_bytes(page.encode())
    return target


def _write_pdf(job: Job) -> Path:
    from talentstats.reporting.engines.typesetting import typeset  # noqa: PLC0415 -- typst only when it typesets

    template = job.beside(".template.typ")
    template.write_text(resource("report.typ"), encoding="utf-8")
    source = job.beside(".typ")
    _convert(
        job,
        [
            "--to=typst",
            f"--output={source.name}",
            "--standalone",
            f"--template={template.name}",
            *_variables(_typst_variables(job)),
            *_contents(job, levels=0),
        ],
    )
    target = job.beside(".pdf")
    fonts = sorted({font.path.parent for font in job.brand.fonts})
    typeset(source, target, fonts=fonts, timestamp=job.timestamp)
    return target


def _write_docx(job: Job) -> Path:
    from talentstats.reporting.engines.pandoc import default_reference  # noqa: PLC0415 -- pandoc only when it runs

    reference = job.beside(".reference.docx")
    language = job.document.settings.language
    page = job.document.settings.layouts[job.kind].page
    make_reference(default_reference(), reference, brand=job.brand, language=language, page=page)
    target = job.beside(".docx")
    _convert(job, ["--to=docx", f"--output={target.name}", f"--reference-doc={reference.name}"])
    embed_fonts(target, job.brand)
    return target


_WRITERS: Mapping[OutputFormat, Callable[[Job], Path]] = {
    "html": _write_html,
    "pdf": _write_pdf,
    "docx": _write_docx,
}


def _convert(job: Job, arguments: list[str]) -> None:
    from talentstats.reporting.engines import pandoc  # noqa: PLC0415 -- pandoc only when it runs

    metadata = job.beside(".metadata.json")
    pandoc.write_metadata(metadata, _metadata(job))
    filter_file = job.beside(".lua")
    filter_file.write_text(resource("filter.lua"), encoding="utf-8")
    layout = job.document.settings.layouts[job.kind]
    pandoc.convert(
        job.document,
        [
            job.markdown.name,
            f"--metadata-file={metadata.name}",
            f"--lua-filter={filter_file.name}",
            f"--default-image-extension={layout.image_extension}",
            "--syntax-highlighting=none",
            *arguments,
        ],
        folder=job.folder,
        epoch=int(job.timestamp.timestamp()),
    )


def _metadata(job: Job) -> dict[str, object]:
    settings = job.document.settings
    layout = settings.layouts[job.kind]
    words = WORDS[settings.language]
    day = settings.date if isinstance(settings.date, date) else None
    texts = {
        "title": settings.title or job.document.path.stem,
        "subtitle": settings.subtitle,
        "author": list(settings.authors),
        "date": format_date(day, language=settings.language) if day else str(settings.date),
        "abstract": settings.abstract,
    }
    return {
        **{key: value for key, value in texts.items() if value},
        "lang": f"{settings.language}-{_REGIONS[settings.language]}",
        "abstract-title": words["abstract"],
        "toc-title": layout.toc_title,
        "engine": {
            "words": dict(words),
            "toc": layout.toc,
            "toc-title": layout.toc_title,
            "toc-depth": str(layout.toc_depth),
            "number": layout.number_sections,
            "number-depth": str(layout.number_depth),
        },
    }


def _contents(job: Job, *, levels: int) -> list[str]:
    layout = job.document.settings.layouts[job.kind]
    # In HTML the title is the first level, so every heading stands one level deeper.
    return ["--toc", f"--toc-depth={layout.toc_depth + levels}"] if layout.toc else []


def _colours(brand: Brand) -> dict[str, str]:
    return {role: brand.color(role) for role in ("primary", "success", "warning", "danger")}


def _variables(values: Mapping[str, object]) -> list[str]:
    return [f"--variable={key}={value}" for key, value in values.items() if value != ""]


def _html_variables(job: Job) -> dict[str, object]:
    settings = job.document.settings
    day = settings.date.isoformat() if isinstance(settings.date, date) else ""
    return {"skip": WORDS[settings.language]["skip"], "date-iso": day}


def _typst_variables(job: Job) -> dict[str, object]:
    settings = job.document.settings
    words = WORDS[settings.language]
    layout = settings.layouts[job.kind]
    return {
        **_colours(job.brand),
        **{f"margin-{side}": f"{length:g}mm" for side, length in layout.page.margins.items()},
        "zoom": f"{layout.page.scale:.6g}",
        "family": job.brand.family,
        "authors": "".join(f"{json.dumps(name, ensure_ascii=False)}, " for name in settings.authors),
        "language": settings.language,
        "region": _REGIONS[settings.language],
        "depth": layout.toc_depth,
        "page-word": words["page"],
        "of-word": words["of"],
    }
