"""The text says what the facts say, in both formats, and is written anew only where something changed."""

import gzip
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open_metrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from monitors.facts import Amounts, EstateFacts, PoolFacts, RegionFacts, TenancyFacts
from monitors.families import ALL, Counted, Extra
from monitors.ledger.values import TenancyKey, Totals
from monitors.text import Choice, EstateCollector, Exposition

AIR = TenancyFacts(
    "air", "mee", 3, "extranet", 5, "primary", "north", Amounts(8, 2**35, 2**40, 0, 50), Amounts(1.5, 2**31)
)
WATER = replace(AIR, tenancy="water", department="mwr", watts=12.25)
POOL = PoolFacts(
    "north", "ext3", "extranet", 3, 8, 7, Amounts(512), Amounts(448), Amounts(3), Amounts(2), Amounts(16)
)
EXTRAS: list[Extra] = [
    ("govcloud_waiver_expiry_timestamp_seconds", ('w"1\\', "rule\n", "air", "mee"), 1.8e9),
    ("govcloud_findings", ("netpol", "error"), 2.0),
]
COUNTED: list[Counted] = [(TenancyKey("air", "mee", 3, "extranet", "north"), Totals(7_500_000, 3, 0, 0, 9))]


def facts(*tenancies: TenancyFacts) -> EstateFacts:
    region = RegionFacts("north", "北", 1e9, 1e9, True, 1.3, tenancies, (POOL,), 4)
    return EstateFacts("small", 1e9, (region,))


@pytest.fixture
def exposition() -> Exposition:
    found = Exposition("1.2.3", lambda: COUNTED, [lambda: EXTRAS])
    found.tell(facts(AIR, WATER))
    return found


def samples(text: str, parse: object = parse_text) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    found: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
    for family in parse(text):  # type: ignore[operator]
        for one in family.samples:
            key = (one.name, tuple(sorted(one.labels.items())))
            assert key not in found
            found[key] = one.value
    return found


def test_both_formats_tell_the_same_samples(exposition: Exposition) -> None:
    scrape = exposition.scrape()
    text = samples(scrape.body("text").decode())
    assert text == samples(scrape.body("openmetrics").decode(), parse_open_metrics)
    labels = {
        "tenancy": "air",
        "department": "mee",
        "grade": "3",
        "zone": "extranet",
        "resource_region": "north",
    }
    assert text["govcloud_tenancy_requested_cpu_cores", tuple(sorted(labels.items()))] == 1.5
    assert text["govcloud_tenancy_cpu_core_seconds_total", tuple(sorted(labels.items()))] == 7.5


def test_a_collector_of_the_stock_client_tells_the_same_samples(exposition: Exposition) -> None:
    collector = EstateCollector(lambda: facts(AIR, WATER), lambda: COUNTED, lambda: EXTRAS)
    registry = CollectorRegistry()
    registry.register(collector)
    stock = {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in registry.collect()
        for one in family.samples
        if not one.name.endswith("_created")
    }
    own = samples(exposition.scrape().body("text").decode())
    about_itself = ("govcloud_build_info", "govcloud_exporter_", "process_")
    assert {key: value for key, value in own.items() if not key[0].startswith(about_itself)} == stock


def test_only_what_changed_is_written_anew(exposition: Exposition) -> None:
    before = exposition.scrape().sections[0].blocks
    exposition.tell(facts(replace(AIR), replace(WATER, watts=13.0)))
    after = exposition.scrape().sections[0].blocks
    assert after[0] is before[0]
    assert after[1] is not before[1]


def test_a_scrape_under_way_keeps_its_generation(exposition: Exposition) -> None:
    scrape = exposition.scrape()
    exposition.tell(facts())
    assert b'tenancy="water"' in scrape.body("text")
    assert b'tenancy="water"' not in exposition.scrape().body("text")


def test_what_is_made_once_is_not_made_again(exposition: Exposition) -> None:
    scrape = exposition.scrape()
    assert scrape.gzipped("text") is scrape.gzipped("text")
    assert gzip.decompress(scrape.gzipped("text")) == scrape.body("text")


def test_a_choice_tells_the_chosen_tenancies_and_nothing_else(exposition: Exposition) -> None:
    found = samples(exposition.scrape().body("text", Choice(departments=frozenset({"mee"}))).decode())
    assert found
    assert {dict(labels)["tenancy"] for _, labels in found} == {"air"}
    none = exposition.scrape().body("text", Choice(frozenset({"water"}), frozenset({"mee"})))
    assert none == b""


def test_no_series_is_about_a_pod_and_names_are_unique() -> None:
    labels = {label for family in ALL for label in family.labels}
    assert not labels & {"pod", "node", "namespace", "uid"}
    names = [family.name for family in ALL]
    assert len(names) == len(set(names))


def test_counters_alone_end_in_total_and_units_are_how_names_end() -> None:
    for family in ALL:
        assert family.name.endswith("_total") == (family.kind == "counter")
        assert family.help.endswith(".") or family.help.endswith("; always 1.")
        if family.unit:
            assert family.name.removesuffix("_total").endswith(f"_{family.unit}")
