"""How a sample was drawn, and the sample itself."""

from talentstats.survey.design import SurveyDesign
from talentstats.survey.make_replicates import make_replicates
from talentstats.survey.replicates import ReplicateWeights
from talentstats.survey.sample import SurveySample

__all__ = ["ReplicateWeights", "SurveyDesign", "SurveySample", "make_replicates"]
