"""The joint distribution of a wave's population over everything that answers depend on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import ascii_letters

import numpy as np

from talentstats.synthetic.chances import Chances, FloatArray
from talentstats.synthetic.people import People
from talentstats.synthetic.population import ARRIVAL, REGISTERED, SURROUNDINGS
from talentstats.synthetic.questionnaire import Questionnaire
from talentstats.synthetic.sample import Sample

PLACE = ("region", "register")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """An array with a name for each dimension."""

    axes: tuple[str, ...]
    values: FloatArray

    def summed(self, keep: Iterable[str]) -> "Table":
        """Add up over all axes but these, which keep their order here."""
        kept = tuple(axis for axis in self.axes if axis in set(keep))
        gone = tuple(place for place, axis in enumerate(self.axes) if axis not in kept)
        return Table(axes=kept, values=self.values.sum(axis=gone))


def multiplied(tables: Sequence[Table], onto: Sequence[str]) -> Table:
    """Multiply tables and add up over the axes that are not wanted."""
    names = dict.fromkeys(axis for table in tables for axis in table.axes)
    letters = dict(zip(names, ascii_letters, strict=False))
    inputs = ",".join("".join(letters[axis] for axis in table.axes) for table in tables)
    output = "".join(letters[axis] for axis in onto)
    values = np.einsum(f"{inputs}->{output}", *(table.values for table in tables), optimize="greedy")
    return Table(axes=tuple(onto), values=values)


def table_of(name: str, chances: Chances) -> Table:
    """Name the last dimension of chances after their variable."""
    return Table(axes=(*chances.axes, name), values=chances.values)


def joint_population(questionnaire: Questionnaire, sample: Sample) -> Table:
    """Work out how many of the population have each combination of core categories.

    Cells of sex, birth band and nationality are whole numbers of people; within them these are expectations.
    """
    axes = questionnaire.model.axes
    people, plan = sample.people, sample.plan
    sizes = [len(axes[axis]) for axis in PLACE]
    where = plan.column("region"), plan.column("register")
    cells = np.zeros([*sizes, people.counts.shape[1], len(axes[ARRIVAL])])
    cells[where] = people.counts[:, :, None] * arrival_bands(people)
    joint = Table(axes=(*PLACE, *REGISTERED, ARRIVAL), values=cells.reshape(*sizes, *people.shape, -1))
    surrounded = np.zeros([*sizes, len(axes[SURROUNDINGS])])
    surrounded[where] = sample.units.surrounded
    for name in questionnaire.model.core:
        if name not in joint.axes:
            chances = table_of(name, questionnaire.chances[name])
            if SURROUNDINGS in chances.axes:
                averaged = [axis for axis in chances.axes if axis not in (SURROUNDINGS, *PLACE)]
                mixing = Table(axes=(*PLACE, SURROUNDINGS), values=surrounded)
                chances = multiplied([mixing, chances], (*PLACE, *averaged))
            joint = multiplied([joint, chances], (*joint.axes, name))
    return joint


def arrival_bands(people: People) -> FloatArray:
    """Return the chances of the bands of arrival, by stratum and cell."""
    first = np.flatnonzero(np.diff(people.bands, prepend=-1))
    return np.asarray(np.add.reduceat(people.years, first, axis=2))
