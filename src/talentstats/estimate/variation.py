"""What is known of the variation of the estimates of one grouping set."""

from dataclasses import dataclass

from talentstats.variance.groups import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variation:
    """Variances and degrees of freedom.

    Attributes
    ----------
    variance : (domains, variables) float
        NaN where undefined.
    df : (domains, variables) float
        Degrees of freedom of the domain.
    logit_variance : (domains, variables) float or None
        Of the logit of a proportion, when replicates measure it by themselves.
    dropped : (domains, variables) float or None
        Replicates in which the domain is empty.
    """

    variance: FloatArray
    df: FloatArray
    logit_variance: FloatArray | None = None
    dropped: FloatArray | None = None
