"""The degrees of freedom a model leaves."""

from talentstats.estimate.models.data import ModelData
from talentstats.estimate.row_scores import degrees_of_freedom, df_of_part


def residual_df(data: ModelData, *, subpopulation: bool) -> float:
    """Count the degrees of freedom, plus 1, less the coefficients.

    Those are the sampling units with a row of the model less their strata. With replicates they are the
    replicates' own; of a subpopulation, the rank of the replicate weights of its rows, less 1. As R's
    `svyglm`; Korn & Graubard (1999), section 5.2.

    Parameters
    ----------
    data : ModelData
    subpopulation : bool
        True when the model is about a part of the sample.
    """
    rows = data.rows
    if subpopulation and rows.replicates is not None:
        freedom = df_of_part(rows, rows.inside)
    else:
        freedom = degrees_of_freedom(rows, data.counted)
    return freedom + 1 - len(data.columns)
