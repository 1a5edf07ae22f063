"""How a variance was made, in words."""

from collections.abc import Sequence

from talentstats.survey.design import SurveyDesign
from talentstats.survey.replicates import ReplicateWeights, UnitReplicates, fpc_notice


def variance_words(
    design: SurveyDesign,
    replicates: ReplicateWeights | UnitReplicates | None,
    adjustments: Sequence[str],
) -> str:
    """Say how the variance was made, and after which adjustments of the weights.

    Examples
    --------
    >>> variance_words(SurveyDesign(weight="w"), None, ["nonresponse", "raking"])
    'linearisation, weights after nonresponse and raking'
    """
    after = f", weights after {' and '.join(adjustments)}" if adjustments else ""
    if replicates is None:
        rule = design.pairwise
        return ("linearisation" if rule is None else f"linearisation ({rule.label})") + after
    notice = fpc_notice(replicates, design) if isinstance(replicates, UnitReplicates) else ""
    return f"{replicates.type} replicates{notice}{after}"
