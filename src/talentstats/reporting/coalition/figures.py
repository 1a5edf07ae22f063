"""The figure of the Talent Coalition brief: the evidence for every ask at a glance."""

from collections.abc import Mapping

from talentstats.figures import Figure, interval_dots
from talentstats.language import Bilingual, text
from talentstats.reporting.coalition.asks import LEADING, coalition_text, indicator_name
from talentstats.reporting.numbers import NumberStore
from talentstats.reporting.survey.estimates import PREFIX
from talentstats.reporting.survey.material import Survey
from talentstats.reporting.survey.numbers import CONF_LEVEL, wave_witness
from talentstats.reporting.survey.questions import NATION
from talentstats.terms import LANGUAGES

IN_TITLE = LEADING[0]


def coalition_figures(survey: Survey, store: NumberStore) -> Mapping[str, Figure]:
    """Make the figure of the brief, by id; it is not drawn before somebody looks at it.

    Parameters
    ----------
    survey : Survey
    store : NumberStore
        Holds the number that the title says.
    """
    home, latest = survey.questions.home, survey.latest
    said = f"{PREFIX}{IN_TITLE}.{home}.{latest}"
    names = {**survey.names(), "indicator": {name: _plain(indicator_name(name)) for name in LEADING}}
    return {
        "coalition-asks": interval_dots(
            survey.estimates(LEADING, regions=[home, NATION]),
            category="indicator",
            group="region",
            order=LEADING,
            names=names,
            measure=_plain(coalition_text("measure_asks", wave=str(latest))),
            title={
                language: text("coalition.title_asks", language, figure=store.text(said, language))
                for language in LANGUAGES
            },
            sources=[source.origin for source in wave_witness(survey.waves[latest].table).sources],
            unit="percent",
            conf_level=CONF_LEVEL,
            synthetic=survey.synthetic,
        )
    }


def _plain(words: Bilingual) -> dict[str, str]:
    return {"nl": words.nl, "en": words.en}
