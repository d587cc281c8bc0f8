"""What one region holds and uses, kept up by events and samples; a lock makes each of them one step.

Pods that have ended count for nothing. Those that wait for a node count for their tenancy, as its quota counts them, and
for no pool. Nodes without the label of a pool are nobody's and left out.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable

from govcloud.planner.labels import POOL
from monitors.watch.accounts import Account, Entry
from monitors.watch.amounts import Vector, most, of_quantities, of_quota, scratch_of_quota, whole
from monitors.watch.objects import Claim, Namespace, Node, Pod, Quota
from monitors.watch.pods import Pods
from monitors.watch.records import EMPTY, Key, NodeRecord
from monitors.watch.usage import Usage, meter

Thing = Pod | Namespace | Quota | Claim | Node
Kind = type[Pod] | type[Namespace] | type[Quota] | type[Claim] | type[Node]
KINDS: tuple[Kind, ...] = (Namespace, Node, Quota, Claim, Pod)
_NO_ACCOUNT = Account()


class RegionState:
    """The sums of a region.

    Every method that changes something takes the lock; who reads the attributes holds it (``with state.lock``).

    Attributes:
        namespaces: all namespaces, by name.
        nodes: the nodes of pools, by name.
        accounts: sums by namespace.
        quotas: by namespace and name of the quota, what it allows and the storage on nodes that it allows.
        pods: the pods, and the sums of what they ask of pools.
        dirty: namespaces whose facts are no longer what they were.
        version: grows with every change.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.namespaces: dict[str, Namespace] = {}
        self.nodes: dict[str, NodeRecord] = {}
        self.accounts: dict[str, Account] = defaultdict(Account)
        self.quotas: dict[str, dict[str, tuple[Vector, int]]] = defaultdict(dict)
        self.dirty: set[str] = set()
        self.pods = Pods(self.accounts, self.dirty)
        self.version = 0
        self._claims: dict[Key, Entry] = {}

    def put(self, thing: Thing) -> None:
        """Take up an object as it is now."""
        with self.lock:
            self.version += 1
            if isinstance(thing, Pod):
                self.pods.put(thing)
            elif isinstance(thing, Node):
                self._put_node(thing)
            elif isinstance(thing, Claim):
                self._enter_claim(_key(thing), _entry_of_claim(thing))
            elif isinstance(thing, Quota):
                hard = thing.spec.hard
                self.quotas[thing.metadata.namespace][thing.metadata.name] = (
                    of_quota(hard),
                    scratch_of_quota(hard),
                )
                self.dirty.add(thing.metadata.namespace)
            else:
                self.namespaces[thing.metadata.name] = thing
                self.dirty.add(thing.metadata.name)

    def drop(self, kind: Kind, key: Key) -> None:
        """An object is gone."""
        namespace, name = key
        with self.lock:
            self.version += 1
            if kind is Pod:
                self.pods.drop(key)
            elif kind is Node:
                self.nodes.pop(name, None)
                self.pods.move(name, "")
            elif kind is Claim:
                self._enter_claim(key, EMPTY)
            elif kind is Quota:
                self.quotas[namespace].pop(name, None)
                self.dirty.add(namespace)
            else:
                self.namespaces.pop(name, None)
                self.dirty.add(name)

    def keep_only(self, kind: Kind, listed: set[Key]) -> None:
        """A new list is there: what is not in it went while nobody watched."""
        with self.lock:
            for key in self._known(kind) - listed:
                self.drop(kind, key)

    def forget_empty(self, namespace: str) -> None:
        """Keep nothing of a namespace that has nothing, so that those that come and go leave nothing behind."""
        with self.lock:
            if not self.quotas.get(namespace):
                self.quotas.pop(namespace, None)
            if self.accounts.get(namespace, _NO_ACCOUNT) == _NO_ACCOUNT:
                self.accounts.pop(namespace, None)

    def sample(self, name: str, usage: Usage, at: float, clock: float) -> None:
        """Take up what a kubelet said of its pods and its node.

        Args:
            name: the node.
            usage: what it said.
            at: when, in Unix seconds.
            clock: when, on a clock that never steps; for samples that bear no moment of their own.
        """
        with self.lock:
            self.version += 1
            self.pods.sample(name, usage, clock)
            if node := self.nodes.get(name):
                node.metered |= meter(node, usage, usage.at or clock)
                node.sampled = at

    def _put_node(self, node: Node) -> None:
        name, pool = node.metadata.name, (node.metadata.labels or {}).get(POOL, "")
        record = self.nodes.get(name) or NodeRecord(node)
        record.node, record.pool = node, pool
        record.capacity = of_quantities(node.status.capacity)
        record.allocatable = of_quantities(node.status.allocatable)
        self.nodes[name] = record
        self.pods.move(name, pool)

    def _enter_claim(self, key: Key, entry: Entry) -> None:
        old = self._claims.pop(key, EMPTY)
        self.accounts[key[0]].replace(old, entry)
        if entry is not EMPTY:
            self._claims[key] = entry
        self.dirty.add(key[0])

    def _known(self, kind: Kind) -> set[Key]:
        if kind is Pod:
            return set(self.pods.records)
        if kind is Claim:
            return set(self._claims)
        if kind is Quota:
            return {(namespace, name) for namespace, quotas in self.quotas.items() for name in quotas}
        named: Iterable[str] = self.nodes if kind is Node else self.namespaces
        return {("", name) for name in named}


def _entry_of_claim(claim: Claim) -> Entry:
    """A claim may use what it asks for, and uses what it holds; kubelets say no more about it here."""
    asked = _storage((claim.spec.resources.requests or {}).get("storage", "0"))
    held = _storage((claim.status.capacity or {}).get("storage", "0"))
    return Entry(asked, most(asked, held), held, most(asked, held))


def _storage(quantity: str) -> Vector:
    return (0, 0, whole(quantity), 0, 0)


def _key(thing: Claim) -> Key:
    return thing.metadata.namespace, thing.metadata.name
