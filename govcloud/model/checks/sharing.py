"""A sharing joins two tenancies of one network, and passes no more than both sides may hold."""

from __future__ import annotations

from collections.abc import Iterator

from govcloud.model.checks.data import is_above
from govcloud.model.draft import Draft, Flaw
from govcloud.standards import zone_facts


def ends_are_different(draft: Draft) -> Iterator[Flaw]:
    """A tenancy does not share with itself."""
    for sharing in draft.sharings.values():
        if sharing.spec.consumer == sharing.spec.provider:
            yield Flaw(
                sharing,
                ("spec", "consumer"),
                sharing.spec.consumer,
                "the provider shares with itself",
                "a tenancy other than the provider",
                "name the tenancy that is to reach the provider, or remove the sharing",
            )


def ends_are_on_one_network(draft: Draft) -> Iterator[Flaw]:
    """No link crosses from extranet to intranet: they are physically apart."""
    for sharing in draft.sharings.values():
        provider = _networks(draft, sharing.spec.provider)
        consumer = _networks(draft, sharing.spec.consumer)
        if provider and consumer and provider != consumer:
            yield Flaw(
                sharing,
                ("spec", "consumer"),
                sharing.spec.consumer,
                f"the sharing crosses networks: the provider is on {', '.join(sorted(provider))}, "
                f"the consumer on {', '.join(sorted(consumer))}",
                "two tenancies of one network",
                "remove the sharing; data cross networks by media or one-way import, outside of govcloud",
            )


def level_fits_provider(draft: Draft) -> Iterator[Flaw]:
    """What is shared is not above the level of the data that the provider holds."""
    for sharing in draft.sharings.values():
        provider = draft.tenancies.get(sharing.spec.provider)
        if provider is not None and is_above(sharing.spec.level, provider.spec.data.level):
            held = provider.spec.data.level
            yield Flaw(
                sharing,
                ("spec", "level"),
                sharing.spec.level,
                f"the level is above that of provider {provider.name}, which is {held}",
                f"at most {held}",
                f"write '{held}' or a lower level",
            )


def level_fits_consumer(draft: Draft) -> Iterator[Flaw]:
    """What is shared may lie in the zone of the consumer: its level is not above the zone's (a proposal)."""
    for sharing in draft.sharings.values():
        consumer = draft.tenancies.get(sharing.spec.consumer)
        ceiling = zone_facts()[consumer.spec.zone].data_ceiling if consumer is not None else None
        if consumer is not None and ceiling is not None and is_above(sharing.spec.level, ceiling):
            yield Flaw(
                sharing,
                ("spec", "level"),
                sharing.spec.level,
                f"the level is above what zone {consumer.spec.zone} of consumer {consumer.name} may hold",
                f"at most {ceiling}",
                f"share data of level {ceiling} or lower, desensitised where need be",
            )


def _networks(draft: Draft, name: str) -> set[str]:
    tenancy = draft.tenancies.get(name)
    return set() if tenancy is None else {region.spec.network for _, _, region in draft.placed(tenancy)}
