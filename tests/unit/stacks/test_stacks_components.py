"""What the two programs register with the engine, as plain dicts; the engine is played by the SDK's mocks."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from pulumi.runtime import set_mocks
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.rpc import deserialize_properties
from pulumi.runtime.stack import run_pulumi_func

from govcloud.model import Estate
from stacks.components import platform_program, tenancies_program
from stacks.desired import platform_manifests, tenancy_manifests
from stacks.objects import resource_name, type_token, with_field_manager
from stacks.target import Target

TARGET = Target("north", "/state/north.kubeconfig")
Registrations = list[dict[str, Any]]
PROVIDER = "pulumi:providers:kubernetes"


class Silent(Mocks):
    """Gives every resource an id and its own inputs back."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return f"{args.name}-id", args.inputs

    def call(self, args: MockCallArgs) -> Any:
        raise AssertionError(f"the programs call no function, yet {args.token} was called")


@contextmanager
def own_event_loop() -> Iterator[None]:
    """The mocks are called in threads and would leave an event loop open in each."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


class Notary(MockMonitor):
    """Notes every registration in the order in which it arrives."""

    def __init__(self) -> None:
        super().__init__(Silent())
        self.seen: Registrations = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the SDK names it
        self.seen.append(
            {
                "type": request.type,
                "name": request.name,
                "inputs": deserialize_properties(request.object),
                "provider": request.provider,
                "parent": request.parent,
                "after": set(request.dependencies),
                "version": request.version,
            }
        )
        with own_event_loop():
            return super().RegisterResource(request)


def registered(program: Callable[[], None]) -> Registrations:
    """Run a program to its end, in a thread so that the SDK's settings of it go with it."""
    notary = Notary()

    async def run() -> None:
        set_mocks(notary.mocks, project="govcloud", stack="test", monitor=notary)
        await run_pulumi_func(program)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()
    return notary.seen


def of(seen: Registrations, *types: str) -> Registrations:
    return [item for item in seen if item["type"] in types]


def objects(seen: Registrations) -> Registrations:
    return [item for item in seen if item["type"].startswith("kubernetes:")]


@pytest.fixture(scope="module")
def air(estate: Estate) -> list[dict[str, Any]]:
    return tenancy_manifests(estate, "air", "north")


@pytest.fixture(scope="module")
def tenancy(air: list[dict[str, Any]]) -> Registrations:
    return registered(lambda: tenancies_program(TARGET, {"air": air}))


def test_every_manifest_is_one_resource_as_the_planner_made_it(
    tenancy: Registrations, air: list[dict[str, Any]]
) -> None:
    found = {(item["type"], item["name"]): item["inputs"] for item in objects(tenancy)}
    assert found == {(type_token(m), resource_name(m)): with_field_manager(m) for m in air}
    assert len(objects(tenancy)) == len(air)


def test_everything_of_a_tenancy_stands_under_its_component(tenancy: Registrations) -> None:
    (component,) = of(tenancy, "govcloud:stacks:Tenancy")
    assert component["name"] == "air"
    (parent,) = {item["parent"] for item in objects(tenancy)}
    assert parent.endswith("govcloud:stacks:Tenancy::air")


def test_the_namespace_comes_before_what_is_in_it(tenancy: Registrations) -> None:
    namespace, *others = objects(tenancy)
    assert (namespace["type"], namespace["after"]) == ("kubernetes:core/v1:Namespace", set())
    for item in others:
        assert any(urn.endswith("Namespace::t-air") for urn in item["after"]), item["name"]


def test_one_provider_serves_all_and_gets_a_path_but_no_credentials(tenancy: Registrations) -> None:
    (provider,) = of(tenancy, PROVIDER)
    assert provider["inputs"] == {
        "kubeconfig": "/state/north.kubeconfig",
        "clusterIdentifier": "govcloud/north",
        "enableServerSideApply": "true",
    }
    (reference,) = {item["provider"] for item in objects(tenancy)}
    assert reference.endswith("::region-id")
    assert {item["version"] for item in [provider, *objects(tenancy)]} == {"4.25.0"}


def test_a_context_of_the_kubeconfig_is_handed_on() -> None:
    target = Target("north", "/kubeconfig", "admin@north")
    (provider,) = of(registered(lambda: tenancies_program(target, {})), PROVIDER)
    assert provider["inputs"]["context"] == "admin@north"


def test_many_tenancies_share_the_provider_and_nothing_else(estate: Estate) -> None:
    manifests = {name: tenancy_manifests(estate, name, "south") for name in ("air", "water")}
    seen = registered(lambda: tenancies_program(Target("south", "/kubeconfig"), manifests))
    assert [item["name"] for item in of(seen, "govcloud:stacks:Tenancy")] == ["air", "water"]
    assert len(of(seen, PROVIDER)) == 1
    for item in objects(seen):
        name = item["parent"].rsplit("::", 1)[-1]
        assert all(urn.endswith(f"Namespace::t-{name}") for urn in item["after"])
        assert item["name"].split("/")[0] == f"t-{name}"


def test_a_platform_has_its_custom_resource_definitions_before_the_rest(estate: Estate) -> None:
    manifests = platform_manifests(estate, "north")
    seen = registered(lambda: platform_program(TARGET, manifests))
    (component,) = of(seen, "govcloud:stacks:Platform")
    assert component["name"] == "north"
    definitions = [i for i in objects(seen) if i["type"].endswith(":CustomResourceDefinition")]
    assert definitions
    assert all(not item["after"] for item in definitions)
    others = [item for item in objects(seen) if item not in definitions]
    assert len(others) + len(definitions) == len(manifests)
    assert all(len(item["after"]) >= len(definitions) for item in others)
