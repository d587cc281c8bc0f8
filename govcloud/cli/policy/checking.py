"""``govcloud policy check``: manifests and documents, asked the rules before anybody applies them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.output import say
from govcloud.cli.policy.found import end, report_of, report_options, tell

if TYPE_CHECKING:
    from govcloud.check import Checked, Places
    from govcloud.manifests import Reading
    from govcloud.model import Estate

_Command = Callable[..., Any]
_POINTS = ("preview", "admission", "audit")
_SHOWN = 5
_ZONES = ("internet", "extranet", "dedicated", "management", "exchange")


def _place_options(command: _Command) -> _Command:
    """The options that say where the objects will be."""
    options = (
        click.option("--estate", "estate_path", help="The estate that plans the namespaces of the objects."),
        click.option("--tenancy", "-t", help="Whose the objects are, where they name no namespace."),
        click.option("--region", "-r", help="In which region of the tenancy; by default its primary one."),
        click.option(
            "--grade", type=click.IntRange(1, 4), help="Assume this grade where no namespace is known."
        ),
        click.option(
            "--zone", type=click.Choice(_ZONES), help="Assume this zone where no namespace is known."
        ),
        click.option(
            "--label",
            "labels",
            multiple=True,
            metavar="KEY=VALUE",
            help="Assume this label too, without its prefix, such as tier=5 (repeatable).",
        ),
        click.option("--domain", "domains", multiple=True, help="A domain of the department (repeatable)."),
        click.option("--registry", "registries", multiple=True, help="A registry of the cloud (repeatable)."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@_place_options
@click.option(
    "--point", type=click.Choice(_POINTS), default="preview", show_default=True, help="Which rules to ask."
)
@click.option("--plan", is_flag=True, help="Ask about what the estate would provision too.")
@report_options
def check(
    paths: tuple[str, ...],
    estate_path: str | None,
    tenancy: str | None,
    region: str | None,
    grade: int | None,
    zone: str | None,
    labels: tuple[str, ...],
    domains: tuple[str, ...],
    registries: tuple[str, ...],
    point: Any,
    plan: bool,
    output: str,
    output_file: str | None,
    fail_on: str | None,
) -> None:
    """Ask the rules about manifests: files, folders, or - for standard input.

    YAML and JSON, many documents a file, lists, and what helm and kustomize print. Documents of an estate are asked
    about as requests. Where objects will be is told by the namespaces among them, by --estate, or by --grade and --zone;
    what nothing is known of is judged by the strictest grade.
    """
    from datetime import UTC, datetime

    from govcloud.check import check as ask
    from govcloud.check import check_plan
    from govcloud.manifests import read_manifests
    from policies.loading import shipped_rules

    text = sys.stdin.read() if "-" in paths else ""
    reading = read_manifests(paths, text)
    estate = _estate(estate_path or _estate_among(reading, paths), text)
    places = _places(estate, tenancy, region)
    places = _assuming(places, _labels(grade, zone, labels), domains, registries)
    rules, now = list(shipped_rules().values()), datetime.now(UTC)
    checked = [ask(reading.objects, places, rules, point=point, now=now)]
    if plan:
        checked.append(check_plan(_planned(estate), rules, now=now))
    for note in (*reading.notes, *_unknown(checked[0], places)):
        say(note)
    report = report_of(checked, estate.name if estate else "", now)
    tell(report, output, output_file)
    end(report, fail_on)


def _estate_among(reading: Reading, paths: tuple[str, ...]) -> str | None:
    """The path with the head of an estate, if one is among what was read."""
    from pathlib import Path

    from govcloud.model import API_VERSION

    for one in reading.objects:
        if (one.manifest["apiVersion"], one.manifest["kind"]) == (API_VERSION, "Estate"):
            file = Path(one.source.rpartition(":")[0])
            inside = (path for path in paths if Path(path).expanduser() in (file, *file.parents))
            return next(inside, "-")
    return None


def _estate(path: str | None, stdin: str) -> Estate | None:
    from govcloud.cli.estates import read_estate
    from govcloud.model.loader import load_estate
    from govcloud.placement import place

    if path == "-":
        return place(load_estate("<stdin>", text=stdin))
    return None if path is None else read_estate(path)


def _places(estate: Estate | None, tenancy: str | None, region: str | None) -> Places:
    from govcloud.check import Places, places_of

    if estate is None:
        if tenancy or region:
            raise click.UsageError("--tenancy and --region are those of an estate: name it with --estate.")
        return Places()
    return places_of(estate, tenancy, region)


def _assuming(
    places: Places, labels: Mapping[str, str] | None, domains: tuple[str, ...], registries: tuple[str, ...]
) -> Places:
    from dataclasses import replace

    from govcloud.model import LABEL_PREFIX

    settings = replace(places.settings, registries=registries) if registries else places.settings
    annotations = {f"{LABEL_PREFIX}domains": ",".join(domains)} if domains else {}
    return replace(places, labels=labels, annotations=annotations, settings=settings)


def _labels(grade: int | None, zone: str | None, more: tuple[str, ...]) -> dict[str, str] | None:
    """The labels that were said of the namespace; None where nothing was."""
    grades = dict.fromkeys(("grade", "information-grade", "service-grade"), str(grade)) if grade else {}
    own = grades | ({"zone": zone} if zone else {})
    for one in more:
        key, mark, value = one.partition("=")
        if not (key and mark):
            raise click.UsageError(f"--label takes KEY=VALUE, such as tier=5; not {one!r}.")
        own[key.removeprefix("govcloud.dev/")] = value
    return own or None


def _planned(estate: Estate | None) -> Any:
    from govcloud.engine.units import Selection, units_of

    if estate is None:
        raise click.UsageError("--plan needs an estate: name it with --estate, or check its folder.")
    return units_of(estate, Selection())


def _unknown(checked: Checked, places: Places) -> Iterator[str]:
    """What had to be guessed, in words."""
    from govcloud.check import ASSUMED
    from policies.evaluation import STRICTEST

    judged = f"judged as of grade {STRICTEST}, the strictest, in zone {ASSUMED['zone']}"
    mend = "name the estate with --estate and --tenancy, or say --grade and --zone"
    named = [name for name in checked.guessed if name]
    if named:
        which = f"namespace{'s' if len(named) > 1 else ''} {', '.join(named[:_SHOWN])}"
        more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
        yield f"nothing is known of {which}{more}: {judged}; {mend}"
    if "" in checked.guessed:
        yield f"some objects name no namespace: {judged}; {mend}"
    if places.labels and "zone" not in places.labels:
        yield f"no zone is said: {ASSUMED['zone']} is assumed; say another with --zone"
    if not (places.homes or places.settings.registries):
        yield "no registry of the cloud is known, so that every image is refused; name one with --registry or --estate"
