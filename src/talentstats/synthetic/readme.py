"""The note beside a synthetic wave, in Dutch and English."""

README = "README.txt"
FIRST_LINE = "SYNTHETISCHE GEGEVENS / SYNTHETIC DATA"

_TEXT = """{first}

NEDERLANDS
Dit is een verzonnen enquête onder internationals van {wave}. Niemand in deze bestanden bestaat, en geen
enkele uitkomst zegt iets over Leiden of over Nederland. De enquête is gemaakt met een populatiemodel en
dient om programma's te testen: van de verzonnen populatie zijn de ware uitkomsten bekend.

  internationals_{wave}.*   {n} respondenten; de kolom `synthetic` is in elke rij 1
  codebook-{wave}.toml      de vragen, de antwoordcodes en de routing
  margins.toml            de populatietotalen voor de weging
  truth.json              de ware uitkomsten: het aandeel van elk antwoord in de populatie

Gemaakt met: talentstats synthesise --wave {wave} --n {n} --seed {seed}
Vergroting van de populatie, nodig om de steekproef te kunnen trekken: {factor} keer.

ENGLISH
This is an invented survey of internationals of {wave}. Nobody in these files exists, and no result says
anything about Leiden or the Netherlands. The survey was made with a population model and serves to test
programs: the true results of the invented population are known.

  internationals_{wave}.*   {n} respondents; the column `synthetic` is 1 in every row
  codebook-{wave}.toml      the questions, their codes and routing
  margins.toml            the population totals for weighting
  truth.json              the true results: the share of every answer in the population

Made with: talentstats synthesise --wave {wave} --n {n} --seed {seed}
Enlargement of the population, needed to draw the sample: {factor} times.
"""


def readme_text(*, wave: int, n: int, seed: int, factor: int) -> str:
    """Write the note; `factor` says how many times the population of the model was taken."""
    return _TEXT.format(first=FIRST_LINE, wave=wave, n=n, seed=seed, factor=factor)
