"""A block of respondents that is being made."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from talentstats.synthetic.chances import FloatArray
from talentstats.synthetic.questionnaire import Questionnaire
from talentstats.synthetic.sample import Sample

IntegerArray = npt.NDArray[np.integer]
#: What respondents are and think, by variable of the model: places of categories, values of numbers, and
#: 0 or 1 under `<variable>/<option>` where several can be ticked.
Drawn = dict[str, IntegerArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Respondents that are made together.

    Attributes
    ----------
    rows : (n,) int
        Their places in the sample.
    rng : numpy.random.Generator
        Random numbers of this block alone: its rows do not depend on other blocks.
    """

    questionnaire: Questionnaire
    sample: Sample
    rows: IntegerArray
    rng: np.random.Generator

    @property
    def size(self) -> int:
        """Number of respondents."""
        return self.rows.size

    def uniforms(self) -> npt.NDArray[np.float32]:
        """Return a uniform number for each respondent."""
        return self.rng.random(self.rows.size, dtype=np.float32)

    def happens(self, chance: float) -> npt.NDArray[np.bool_]:
        """Return for whom something with this chance happens."""
        return self.uniforms() < chance

    def fixed(self, numbers: int) -> FloatArray:
        """Return uniform numbers (n, numbers); members of the panel have the same in every wave."""
        permanent = self.sample.permanent[self.rows]
        return np.where(np.isnan(permanent), self.rng.random((self.rows.size, numbers)), permanent)
