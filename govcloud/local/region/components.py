"""The command line of each component of a region: pure data, so that its flags can be read and tested.

Every component listens on the loopback address alone, speaks TLS 1.2 or newer with a certificate of the
region, and shows no profiles. What deviates from the defaults of Kubernetes to spare a laptop has its reason
beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from govcloud.local.region.layout import Layout
from govcloud.local.region.ports import HOST, Record

NAMES = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
SERVICE_ACCOUNT_ISSUER = "https://kubernetes.default.svc"

# Left out, because nothing in a region of simulated nodes needs them: attach-detach, node-ipam, volume
# expansion and ephemeral volumes, storage versions, dynamic resources, legacy tokens, replication
# controllers, cloud service CIDRs.
CONTROLLERS = (
    "namespace-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "root-ca-certificate-publisher-controller",
    "clusterrole-aggregation-controller",
    "resourcequota-controller",
    "garbage-collector-controller",
    "deployment-controller",
    "replicaset-controller",
    "statefulset-controller",
    "daemonset-controller",
    "job-controller",
    "cronjob-controller",
    "ttl-after-finished-controller",
    "horizontal-pod-autoscaler-controller",
    "disruption-controller",
    "endpoints-controller",
    "endpointslice-controller",
    "persistentvolume-binder-controller",
    "persistentvolume-protection-controller",
    "persistentvolumeclaim-protection-controller",
    "pod-garbage-collector-controller",
    "node-lifecycle-controller",
    "taint-eviction-controller",
    "certificatesigningrequest-approving-controller",
    "certificatesigningrequest-signing-controller",
    "certificatesigningrequest-cleaner-controller",
    "validatingadmissionpolicy-status-controller",
)

# Idle Go programs spend most of their time waking threads for timers; on one core there is nobody to wake.
# Only the API server, which does the work of a busy region, gets every core.
_ONE_CORE = {"GOMAXPROCS": "1"}


@dataclass(frozen=True, slots=True)
class Component:
    """One program of a region.

    Attributes:
        name: the program, as the toolchain calls it.
        arguments: its command line without the program.
        inputs: files it reads at start; when one changes, the component has to be started again.
        environment: variables on top of the bare environment all components get.
        health: URL that answers 200 when the component is well.
    """

    name: str
    arguments: tuple[str, ...]
    inputs: tuple[Path, ...]
    health: str
    environment: Mapping[str, str] = field(default_factory=dict)


def components(layout: Layout, record: Record) -> tuple[Component, ...]:
    """The components of a region in the order in which they start."""
    return (
        etcd(layout, record),
        apiserver(layout, record),
        controller_manager(layout, record),
        scheduler(layout, record),
        kwok(layout, record),
    )


def etcd(layout: Layout, record: Record) -> Component:
    """The store. Nobody reads it without a certificate of its own authority; every write reaches the disk."""
    pki = layout.pki
    client, peer = _url(record, "etcd"), _url(record, "etcd-peer")
    authority = pki / "etcd-ca.crt"
    return Component(
        "etcd",
        (
            "--name=region",
            f"--data-dir={layout.etcd_data}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=region={peer}",
            "--client-cert-auth=true",
            f"--trusted-ca-file={authority}",
            f"--cert-file={pki / 'etcd-server.crt'}",
            f"--key-file={pki / 'etcd-server.key'}",
            "--peer-client-cert-auth=true",
            f"--peer-trusted-ca-file={authority}",
            f"--peer-cert-file={pki / 'etcd-peer.crt'}",
            f"--peer-key-file={pki / 'etcd-peer.key'}",
            "--tls-min-version=TLS1.2",
            # One member has nobody to hear from: ten wakings a second would be for nothing.
            "--heartbeat-interval=1000",
            "--election-timeout=5000",
            "--snapshot-count=10000",
            f"--quota-backend-bytes={2 * 1024**3}",
            "--log-level=warn",
        ),
        inputs=(authority, pki / "etcd-server.crt", pki / "etcd-peer.crt"),
        health=f"{client}/health",
        environment=_ONE_CORE,
    )


def apiserver(layout: Layout, record: Record) -> Component:
    """The API. No anonymous callers, Secrets encrypted at rest, every change in the audit log.

    Whom it lets in by token, and that nobody comes without a credential, stands in a file that it reads again when it
    changes: that file is no input.
    """
    pki, config = layout.pki, layout.config
    policy = config / "audit-policy.yaml"
    return Component(
        "kube-apiserver",
        (
            f"--bind-address={HOST}",
            f"--advertise-address={HOST}",
            f"--secure-port={record.ports['apiserver']}",
            f"--etcd-servers={_url(record, 'etcd')}",
            f"--etcd-cafile={pki / 'etcd-ca.crt'}",
            f"--etcd-certfile={pki / 'etcd-client.crt'}",
            f"--etcd-keyfile={pki / 'etcd-client.key'}",
            *_serving(pki, "apiserver"),
            f"--client-ca-file={pki / 'ca.crt'}",
            f"--authentication-config={layout.authentication}",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            "--allow-privileged=true",
            f"--service-cluster-ip-range={record.services}",
            f"--service-account-issuer={SERVICE_ACCOUNT_ISSUER}",
            f"--service-account-key-file={pki / 'service-accounts.pub'}",
            f"--service-account-signing-key-file={pki / 'service-accounts.key'}",
            f"--encryption-provider-config={layout.encryption}",
            f"--audit-policy-file={policy}",
            f"--audit-log-path={layout.audit_log}",
            "--audit-log-maxsize=50",
            "--audit-log-maxbackup=4",
            "--audit-log-maxage=180",  # six months: Cybersecurity Law, article 21 (3)
            "--profiling=false",
            "--event-ttl=1h",
            # There is one API server and it listens on loopback, which may not be an endpoint.
            "--endpoint-reconciler-type=none",
            # For the same reason it need not tell others every ten seconds that it is alive and where.
            "--feature-gates=APIServerIdentity=false,UnknownVersionInteroperabilityProxy=false",
        ),
        inputs=(
            pki / "ca.crt",
            pki / "apiserver.crt",
            pki / "etcd-ca.crt",
            pki / "etcd-client.crt",
            pki / "service-accounts.pub",
            layout.encryption,
            policy,
        ),
        health=f"{_url(record, 'apiserver')}/readyz",
    )


def controller_manager(layout: Layout, record: Record) -> Component:
    """The controllers, each with a service account of its own and no more rights than that has."""
    pki, kubeconfig = layout.pki, layout.config / "controller-manager.kubeconfig"
    return Component(
        "kube-controller-manager",
        (
            *_delegated(kubeconfig),
            f"--secure-port={record.ports['controller-manager']}",
            *_serving(pki, "controller-manager"),
            f"--client-ca-file={pki / 'ca.crt'}",
            "--use-service-account-credentials=true",
            f"--service-account-private-key-file={pki / 'service-accounts.key'}",
            f"--root-ca-file={pki / 'ca.crt'}",
            f"--cluster-signing-cert-file={pki / 'ca.crt'}",
            f"--cluster-signing-key-file={pki / 'ca.key'}",
            "--cluster-signing-duration=24h",
            f"--controllers={','.join(CONTROLLERS)}",
            "--leader-elect=false",  # there is one of it; a lease would be written every two seconds
            "--profiling=false",
            "--kube-api-qps=200",
            "--kube-api-burst=400",
            "--node-monitor-period=30s",
            "--node-monitor-grace-period=20m",  # four heartbeats of the simulated nodes (files/kwok.yaml)
            "--pvclaimbinder-sync-period=5m",
            "--horizontal-pod-autoscaler-sync-period=1m",
        ),
        inputs=(
            kubeconfig,
            pki / "ca.crt",
            pki / "controller-manager.crt",
            pki / "service-accounts.pub",
        ),
        health=f"{_url(record, 'controller-manager')}/healthz",
        environment=_ONE_CORE,
    )


def scheduler(layout: Layout, record: Record) -> Component:
    """The scheduler."""
    pki, kubeconfig = layout.pki, layout.config / "scheduler.kubeconfig"
    config = layout.config / "scheduler.json"
    return Component(
        "kube-scheduler",
        (
            f"--config={config}",
            *_delegated(kubeconfig)[1:],
            f"--secure-port={record.ports['scheduler']}",
            *_serving(pki, "scheduler"),
            f"--client-ca-file={pki / 'ca.crt'}",
        ),
        inputs=(config, kubeconfig, pki / "ca.crt", pki / "scheduler.crt"),
        health=f"{_url(record, 'scheduler')}/healthz",
        environment=_ONE_CORE,
    )


def kwok(layout: Layout, record: Record) -> Component:
    """The simulated nodes; with a user of its own that may touch nodes, pods and events alone."""
    pki, kubeconfig = layout.pki, layout.config / "kwok.kubeconfig"
    config = layout.config / "kwok.yaml"
    return Component(
        "kwok",
        (
            f"--config={config}",
            f"--kubeconfig={kubeconfig}",
            "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
            f"--server-address={HOST}:{record.ports['kwok']}",
            # What the nodes say about where their kubelet listens: it tells their usage there.
            f"--node-ip={HOST}",
            f"--node-port={record.ports['kwok']}",
            f"--tls-cert-file={pki / 'kwok-server.crt'}",
            f"--tls-private-key-file={pki / 'kwok-server.key'}",
            "--v=WARN",
        ),
        inputs=(config, kubeconfig, pki / "kwok-server.crt"),
        health=f"{_url(record, 'kwok')}/healthz",
        environment=_ONE_CORE,
    )


def _url(record: Record, port: str) -> str:
    return f"https://{HOST}:{record.ports[port]}"


def _serving(pki: Path, file: str) -> tuple[str, ...]:
    return (
        f"--tls-cert-file={pki / f'{file}.crt'}",
        f"--tls-private-key-file={pki / f'{file}.key'}",
        "--tls-min-version=VersionTLS12",
    )


def _delegated(kubeconfig: Path) -> tuple[str, ...]:
    return (
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        # The certificate authority is given by a flag: nothing is left to look up in the cluster.
        "--authentication-skip-lookup=true",
        f"--bind-address={HOST}",
    )
