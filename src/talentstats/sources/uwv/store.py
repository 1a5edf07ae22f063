"""Store a file that a person downloaded from UWV, once it has been read by its declared layout."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from talentstats.errors import InputError
from talentstats.progress import say
from talentstats.provenance import Snapshot
from talentstats.regions import read_regions
from talentstats.sources.cards import Card
from talentstats.sources.fetched import staging, store_fetched
from talentstats.sources.survey_files.file_format import find_format
from talentstats.sources.survey_files.limits import Limits
from talentstats.sources.uwv.figures import read_figures
from talentstats.sources.uwv.layout import Layout, choose_layout, read_layouts
from talentstats.terms import Vintage
from talentstats.workspace import Workspace, find_workspace

KIND = "download"
FORMATS = ("csv", "xlsx")


def store_uwv(
    file: Path,
    *,
    published: str | date,
    schema: str | None = None,
    workspace: Workspace | None = None,
    accessed: date | None = None,
) -> Snapshot:
    """Check a downloaded file of UWV and keep it as a snapshot, byte for byte.

    Parameters
    ----------
    file : Path
        A workbook (`.xlsx`) or a text file with a delimiter (`.csv`).
    published : str or date
        The day on which UWV published it, or the month or year.
    schema : str, optional
        Its layout in `data/reference/uwv.toml`; may be left out when there is only one.
    workspace : Workspace, optional
    accessed : date, optional
        Day of the download; today when left out.

    Raises
    ------
    InputError
        If the file does not fit the layout, naming row and column, or the day lies ahead.
    """
    home = workspace or find_workspace()
    layout = choose_layout(read_layouts(home.reference), schema)
    today = accessed or datetime.now(UTC).date()
    vintage = _vintage(published, today)
    form = _format(Path(file))
    figures = read_figures(Path(file), layout, read_regions(home.reference))
    say(f"{layout.dataset}: {figures.height:,} figures")
    with staging(home, layout.dataset) as folder:
        card = _card(layout, published=str(vintage), accessed=today, file=f"{layout.table_id}.{form}")
        shutil.copyfile(file, folder / card.file)
        return store_fetched(folder, card, workspace=home, dataset=layout.dataset)


def _vintage(published: str | date, today: date) -> Vintage:
    vintage = Vintage.parse(published.isoformat() if isinstance(published, date) else published)
    begins = str(vintage)
    if begins > today.isoformat()[: len(begins)]:
        raise InputError(
            "A file cannot have been published after it was downloaded.",
            expected=f"a day up to {today}",
            got=begins,
            remedy="Give with `--published` the day that stands on UWV's page.",
        )
    return vintage


def _format(file: Path) -> str:
    form = find_format(file, limits=Limits())
    if form not in FORMATS:
        raise InputError(
            "This is no file that UWV offers for download.",
            where=str(file),
            expected="a workbook (.xlsx) or a text file with a delimiter (.csv)",
            got=f"a file of format {form}",
            remedy="Check that it is the right file.",
        )
    return form


def _card(layout: Layout, *, published: str, accessed: date, file: str) -> Card:
    return Card(
        publisher="UWV",
        title=layout.title,
        table_id=layout.table_id,
        url=layout.url,
        published=published,
        accessed=accessed,
        kind=KIND,
        file=file,
        licence=layout.licence,
        further={"schema": layout.name},
    )
