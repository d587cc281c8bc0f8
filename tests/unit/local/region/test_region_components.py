from pathlib import Path

import pytest
import yaml

from govcloud.local.region.components import NAMES, Component, components
from govcloud.local.region.layout import Layout
from govcloud.local.region.ports import Record

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def by_name(layout: Layout, record: Record) -> dict[str, Component]:
    return {component.name: component for component in components(layout, record)}


@pytest.mark.parametrize("name", NAMES)
def test_the_command_line_is_the_one_that_was_reviewed(
    by_name: dict[str, Component], layout: Layout, name: str
) -> None:
    found = [argument.replace(str(layout.root), "ROOT") for argument in by_name[name].arguments]
    assert found == yaml.safe_load((GOLDEN / f"{name}.yaml").read_text())


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("etcd", "--client-cert-auth=true"),
        ("etcd", "--peer-client-cert-auth=true"),
        ("etcd", "--tls-min-version=TLS1.2"),
        ("kube-apiserver", "--authorization-mode=Node,RBAC"),
        ("kube-apiserver", "--enable-admission-plugins=NodeRestriction"),
        ("kube-apiserver", "--profiling=false"),
        ("kube-apiserver", "--tls-min-version=VersionTLS12"),
        ("kube-apiserver", "--bind-address=127.0.0.1"),
        ("kube-controller-manager", "--use-service-account-credentials=true"),
        ("kube-controller-manager", "--profiling=false"),
        ("kube-controller-manager", "--tls-min-version=VersionTLS12"),
        ("kube-controller-manager", "--bind-address=127.0.0.1"),
        ("kube-scheduler", "--tls-min-version=VersionTLS12"),
        ("kube-scheduler", "--bind-address=127.0.0.1"),
        ("kwok", "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake"),
    ],
)
def test_a_component_is_hardened(by_name: dict[str, Component], name: str, flag: str) -> None:
    assert flag in by_name[name].arguments


def test_secrets_are_encrypted_and_changes_are_audited(by_name: dict[str, Component], layout: Layout) -> None:
    arguments = by_name["kube-apiserver"].arguments
    assert f"--encryption-provider-config={layout.encryption}" in arguments
    assert f"--audit-log-path={layout.audit_log}" in arguments
    assert any(argument.startswith("--audit-log-maxsize=") for argument in arguments)


def test_nothing_listens_beyond_the_loopback_address(by_name: dict[str, Component]) -> None:
    text = " ".join(argument for component in by_name.values() for argument in component.arguments)
    assert "0.0.0.0" not in text  # noqa: S104 - it is looked for, not bound
    assert "http://" not in text


def test_the_store_never_trades_durability_for_speed(by_name: dict[str, Component]) -> None:
    assert not any("unsafe" in argument for argument in by_name["etcd"].arguments)


def test_a_component_is_restarted_when_a_certificate_it_shows_is_renewed(
    by_name: dict[str, Component], layout: Layout
) -> None:
    for component in by_name.values():
        shown = {
            Path(argument.partition("=")[2])
            for argument in component.arguments
            if "cert-file=" in argument or "certfile=" in argument
        }
        assert shown <= {*component.inputs, layout.pki / "ca.crt"}
