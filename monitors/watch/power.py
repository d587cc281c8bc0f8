"""How much power nodes draw: a stated linear model, since most sites meter no node.

A node draws ``idle`` watts when it does nothing and ``full`` watts when all of its cores are busy, and what its cards hold
on top. Times the PUE of the site (total energy over that of IT equipment, GB 40879) it is what is drawn at the plug.
The figures are design values of this project for current two-socket servers, with low confidence: a province that
measures its own gives its own `PowerModel`. A tenancy's part goes by what it was allocated, so that the parts
never sum to more than the whole; what nobody was allocated stays with the pool.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PowerModel:
    """Watts of a node by its shape.

    Attributes:
        chassis: idle watts of any node: board, fans, disks.
        core_idle: idle watts of a core (a hardware thread, as Kubernetes counts).
        core_busy: further watts of a core that is busy.
        gibibyte: watts of a gibibyte of memory, busy or not.
        card_idle: watts of an accelerator card that nobody holds.
        card_held: watts of one that is held; usage of cards is not told by kubelets.
    """

    chassis: float = 60.0
    core_idle: float = 0.8
    core_busy: float = 2.8
    gibibyte: float = 0.25
    card_idle: float = 50.0
    card_held: float = 250.0

    def compute(self, cores: float, busy: float, memory: float) -> float:
        """Watts of a node without its cards.

        Args:
            cores: how many it has.
            busy: how many of them are used.
            memory: bytes that it has.
        """
        drawn = self.chassis + self.gibibyte * memory / 2**30
        return drawn + self.core_idle * cores + self.core_busy * min(busy, cores)

    def cards(self, count: float, held: float) -> float:
        """Watts of the cards of a node, ``held`` of ``count`` being allocated."""
        taken = min(held, count)
        return self.card_held * taken + self.card_idle * (count - taken)


@dataclass(frozen=True, slots=True)
class Draw:
    """What the nodes of a pool draw at the plug, and what a unit allocated of it stands for.

    Attributes:
        watts: all of the pool.
        per_core: watts of an allocated core.
        per_card: watts of an allocated card.
    """

    watts: float = 0.0
    per_core: float = 0.0
    per_card: float = 0.0

    @classmethod
    def of(
        cls, compute: float, cards: float, *, cores: float, allocated: float, count: float, held: float
    ) -> Draw:
        """A pool's draw, divided by what it offers, or by what was allocated where that is more.

        Args:
            compute: watts of its nodes without cards.
            cards: watts of its cards.
            cores: cores that it offers.
            allocated: cores that are allocated of it.
            count: cards that it offers.
            held: cards that are allocated of it.
        """
        return cls(compute + cards, _share(compute, cores, allocated), _share(cards, count, held))


def _share(watts: float, offered: float, allocated: float) -> float:
    parts = max(offered, allocated)
    return watts / parts if parts > 0 else 0.0
