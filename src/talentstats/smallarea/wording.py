"""What a reader of model-based estimates is told, in Dutch and in English."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from talentstats.language import Bilingual
from talentstats.terms import Language

MODELS: Mapping[str, Bilingual] = MappingProxyType(
    {
        "fay_herriot": Bilingual(nl="Fay-Herriot", en="Fay-Herriot"),
        "spatial_fay_herriot": Bilingual(nl="ruimtelijk Fay-Herriot", en="spatial Fay-Herriot"),
        "nested_error": Bilingual(nl="Battese-Harter-Fuller", en="Battese-Harter-Fuller"),
    }
)
_KIND = Bilingual(nl="modelgebaseerd ({model}, {method})", en="model-based ({model}, {method})")
_BENCHMARKED = Bilingual(
    nl=", aangesloten op het landelijke cijfer", en=", benchmarked to the national figure"
)
_EXPLANATION = Bilingual(
    nl="Deze cijfers zijn schattingen van een model, dat naast de antwoorden uit een gebied ook die uit "
    "andere gebieden gebruikt. De marges veronderstellen dat het model klopt.",
    en="These figures are estimates of a model, which uses the answers of other areas beside those of an "
    "area itself. The margins suppose that the model holds.",
)
NOTES: Mapping[str, Bilingual] = MappingProxyType(
    {
        "synthetic": Bilingual(
            nl="geen respondenten: alleen het regressiedeel van het model",
            en="no respondents: the regression of the model alone",
        ),
        "no_area_variance": Bilingual(
            nl="variantie van de gebieden geschat op 0: alleen het regressiedeel van het model telt",
            en="variance of the areas estimated as 0: the regression of the model alone counts",
        ),
        "negative_mse": Bilingual(
            nl="geen standaardfout: de schatting van de gekwadrateerde fout is niet positief",
            en="no standard error: the estimated mean squared error is not positive",
        ),
        "whole_population": Bilingual(
            nl="iedereen is waargenomen: het gemiddelde zelf",
            en="everyone was observed: the mean itself",
        ),
        "no_direct_error": Bilingual(
            nl="geen standaardfout van de directe schatting",
            en="no standard error of the direct estimate",
        ),
    }
)


def kind_of(model: str, method: str, language: Language, *, benchmarked: bool = False) -> str:
    """Write what kind of estimates these are.

    Examples
    --------
    >>> kind_of("fay_herriot", "REML", "en")
    'model-based (Fay-Herriot, REML)'
    >>> kind_of("nested_error", "ML", "nl")
    'modelgebaseerd (Battese-Harter-Fuller, ML)'
    """
    name = MODELS[model].in_language(language)
    kind = _KIND.in_language(language).format(model=name, method=method)
    return kind + (_BENCHMARKED.in_language(language) if benchmarked else "")


def explanation(language: Language) -> str:
    """Write, for under a table or figure, what model-based means."""
    return _EXPLANATION.in_language(language)


def notes_of(codes: Sequence[str], language: Language) -> str:
    """Write what has to be said of one area; empty when nothing has."""
    return "; ".join(NOTES[code].in_language(language) for code in codes)
