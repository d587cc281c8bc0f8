"""What others than the watches tell, as sections of the text: written anew only where a source tells something else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitors.families import EXTRAS, Extra, Family
from monitors.family import Rows
from monitors.text.blocks import Blocks
from monitors.text.scrape import Section

_Sample = tuple[tuple[str, ...], float]


class ExtraSections:
    """The sections of `monitors.families.EXTRAS`.

    A source that has nothing new gives the very tuple that it gave before: then nothing is compared at all.
    """

    def __init__(self) -> None:
        self._families = tuple(map(_by_sample, EXTRAS))
        self._blocks = tuple(Blocks((family,)) for family in self._families)
        self._told: Sequence[Iterable[Extra]] = ()
        self._sections: tuple[Section, ...] = ()

    def renew(self, told: Sequence[Iterable[Extra]]) -> tuple[Section, ...]:
        """The sections of what all sources tell now; of samples with the same labels the last one counts."""
        if not _same(told, self._told):
            found: dict[str, dict[tuple[str, ...], float]] = {family.name: {} for family in self._families}
            for name, labels, value in (one for samples in told for one in samples):
                found[name][labels] = value
            self._sections = tuple(
                Section((family,), blocks.renew(found[family.name].items(), lambda sample: sample[0]))
                for family, blocks in zip(self._families, self._blocks, strict=True)
            )
            self._told = tuple(told)
        return self._sections


def _by_sample(family: Family[Rows]) -> Family[_Sample]:
    """The same family, read from one sample at a time."""
    return Family(
        family.name, family.help, family.kind, family.unit, family.labels, lambda one: (((), one[1]),)
    )


def _same(told: Sequence[Iterable[Extra]], before: Sequence[Iterable[Extra]]) -> bool:
    return len(told) == len(before) and all(
        isinstance(one, tuple) and one is other for one, other in zip(told, before, strict=True)
    )
