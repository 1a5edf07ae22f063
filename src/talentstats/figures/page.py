"""The HTML page around an interactive chart: heading, key, notes, source and table."""

import base64
import html

from talentstats.brand import Brand
from talentstats.figures.marks import BAR_EDGE, Drawing, KeyEntry
from talentstats.figures.text_table import TextTable
from talentstats.language import text

FONTS = "fonts.css"
_EMBEDDED_WEIGHTS = (400, 700)

_STYLE = """
body {{ margin: 0; padding: 1.5rem; font: 1rem/1.45 "{family}", sans-serif;
  color: {foreground}; background: {background}; }}
main {{ max-width: 60rem; margin: 0 auto; }}
h1 {{ margin: 0 0 .25rem; font-size: 1.4rem; line-height: 1.25; color: {primary}; }}
h2 {{ margin: 2rem 0 .5rem; font-size: 1.1rem; color: {primary}; }}
p {{ margin: 0 0 .4rem; }}
.synthetic {{ display: inline-block; margin: 0 0 .5rem; padding: .1rem .5rem; border: 2px solid {warning};
  color: {warning}; font-weight: 700; }}
.subtitle {{ color: {grey_dark}; }}
.key {{ display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .75rem 0 .25rem; padding: 0;
  list-style: none; font-size: .9rem; color: {grey_dark}; }}
.key svg {{ width: 1rem; height: 1rem; margin-right: .35rem; vertical-align: -.15rem; }}
.note, .source {{ font-size: .85rem; color: {grey_dark}; }}
.source {{ color: {grey}; }}
figure {{ margin: 0; }}
.scroll {{ overflow-x: auto; }}
table {{ min-width: 30rem; border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }}
caption {{ padding-bottom: .4rem; text-align: left; color: {grey_dark}; }}
thead th {{ border-bottom: 2px solid {primary}; vertical-align: bottom; }}
th, td {{ padding: .2rem 1rem .2rem 0; border-bottom: 1px solid {line}; font-weight: 400; text-align: left; }}
thead th {{ font-weight: 700; }}
.number {{ text-align: right; }}
"""


def page(drawing: Drawing, *, chart: str, table: TextTable, brand: Brand, self_contained: bool = True) -> str:
    """Return a whole page.

    Parameters
    ----------
    drawing : Drawing
        Gives the texts; all of them are escaped.
    chart : str
        The chart as an HTML fragment.
    table : TextTable
    brand : Brand
    self_contained : bool
        Whether the fonts are inside the page, or in the file `FONTS` beside it.
    """
    fonts = (
        f"<style>{font_faces(brand)}</style>" if self_contained else f'<link rel="stylesheet" href="{FONTS}">'
    )
    key = "".join(f"<li>{_symbol(entry, brand)}{html.escape(entry.text)}</li>" for entry in drawing.plot.key)
    parts = [
        f'<!DOCTYPE html>\n<html lang="{drawing.language}">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html.escape(drawing.title)}</title>",
        f"{fonts}\n<style>{_style(brand)}</style>\n</head>\n<body>\n<main>",
        f'<p class="synthetic">{html.escape(drawing.synthetic)}</p>' if drawing.synthetic else "",
        f'<h1>{html.escape(drawing.title)}</h1>\n<p class="subtitle">{html.escape(drawing.subtitle)}</p>',
        f'<ul class="key">{key}</ul>' if key else "",
        f'<figure>\n<div role="img" aria-label="{html.escape(drawing.alt)}">\n{chart}\n</div>\n<figcaption>',
        *(f'<p class="note">{html.escape(note)}</p>' for note in drawing.notes),
        f'<p class="source">{html.escape(drawing.source)}</p>',
        "</figcaption>\n</figure>",
        f"<h2>{html.escape(text('figure.data_table', drawing.language))}</h2>",
        f'<div class="scroll">\n{table.to_html(caption=drawing.subtitle)}\n</div>',
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _style(brand: Brand) -> str:
    return _STYLE.format(
        family=brand.family,
        foreground=brand.color("foreground"),
        background=brand.color("background"),
        primary=brand.color("primary"),
        warning=brand.color("warning"),
        grey=brand.color("grey"),
        grey_dark=brand.color("grey-dark"),
        line=brand.color("grey-line"),
    )


def font_faces(brand: Brand) -> str:
    """Return the fonts of the house as CSS that holds them."""
    return "".join(_font_face(brand, weight) for weight in _EMBEDDED_WEIGHTS)


def _font_face(brand: Brand, weight: int) -> str:
    content = base64.b64encode(brand.font(weight).read_bytes()).decode("ascii")
    source = f"url(data:font/ttf;base64,{content})"
    return f'\n@font-face {{ font-family: "{brand.family}"; font-weight: {weight}; src: {source}; }}'


def _symbol(entry: KeyEntry, brand: Brand) -> str:
    color, hollow = brand.color(entry.color), brand.color("background")
    shapes = {
        "filled": f'<circle cx="8" cy="8" r="5" fill="{color}"/>',
        "open": f'<circle cx="8" cy="8" r="4.5" fill="{hollow}" stroke="{color}" stroke-width="2"/>',
        "diamond": f'<path d="M8 2 14 8 8 14 2 8Z" fill="none" stroke="{color}" stroke-width="2"/>',
        "square": f'<path d="M3 3H13V13H3Z" fill="{color}"/>',
        "triangle": f'<path d="M8 2 14 13H2Z" fill="{color}"/>',
        "bar": f'<path d="M1 3H15V13H1Z" fill="{color}" stroke="{brand.color(BAR_EDGE)}"/>',
        "hatch": f'<path d="M1 3H15V13H1ZM1 9 7 3M4 13 14 3M9 13 15 7" fill="{hollow}" stroke="{color}"/>',
        "range_upright": f'<path d="M8 1V15" stroke="{color}" stroke-width="4"/>',
        "range_flat": f'<path d="M0 8H16" stroke="{color}" stroke-width="4"/>',
    }
    return f'<svg viewBox="0 0 16 16" aria-hidden="true">{shapes[entry.symbol]}</svg>'
