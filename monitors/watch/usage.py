"""What a kubelet says of usage at /metrics/resource: a few lines a pod, read without a parser for all of Prometheus' text.

Processor time comes as seconds since a start; what is used is the difference of two samples over the time between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol

from monitors.watch.amounts import NANO

_POD = re.compile(
    rb'^pod_(cpu_usage_seconds_total|memory_working_set_bytes)\{namespace="([^"]*)",pod="([^"]*)"\} (\S+)(?: (\d+))?',
    re.MULTILINE,
)
_NODE = re.compile(
    rb"^node_(cpu_usage_seconds_total|memory_working_set_bytes) (\S+)(?: (\d+))?", re.MULTILINE
)
_CPU = b"cpu_usage_seconds_total"


@dataclass(slots=True)
class Used:
    """Processor seconds since a start and bytes of memory; ``at`` is the sample's own moment (Unix seconds), 0 without."""

    seconds: float = -1.0
    memory: int = 0
    at: float = 0.0

    def take(self, name: bytes, value: bytes, moment: bytes) -> None:
        """Take up one line."""
        if name == _CPU:
            self.seconds = float(value)
            self.at = int(moment) / 1000 if moment else 0.0
        else:
            self.memory = int(float(value))


@dataclass(slots=True)
class Usage(Used):
    """What a kubelet says: of its node, and of its pods by namespace and name."""

    pods: dict[tuple[str, str], Used] = field(default_factory=dict)


class Meter(Protocol):
    """What is kept of the last sample of a pod or node: ``cpu`` in billionths of a core."""

    cpu: int
    memory: int
    seconds: float
    at: float


def read_usage(text: bytes) -> Usage:
    """The usage in a text of /metrics/resource; lines about anything else are skipped."""
    usage = Usage()
    for name, value, moment in _NODE.findall(text):
        usage.take(name, value, moment)
    pods = usage.pods
    for name, namespace, pod, value, moment in _POD.findall(text):
        key = (namespace.decode(), pod.decode())
        used = pods.get(key)
        if used is None:
            used = pods[key] = Used()
        used.take(name, value, moment)
    return usage


def meter(last: Meter, now: Used, at: float) -> bool:
    """Go on from the last sample to this one.

    Where the seconds fell, the counter began anew in between and all that it counts is new. A sample that is no newer than
    the last one (kubelets keep theirs for some seconds) says nothing about processors.

    Args:
        last: what is kept; it is changed.
        now: the new sample.
        at: its moment in seconds, on the same clock as the last one.

    Returns:
        Whether it says what is used of processors.
    """
    last.memory = now.memory
    passed = at - last.at
    if now.seconds < 0 or (last.seconds >= 0 and passed <= 0):
        return False
    told = last.seconds >= 0
    if told:
        spent = now.seconds - last.seconds if now.seconds >= last.seconds else now.seconds
        last.cpu = round(NANO * spent / passed)
    last.seconds, last.at = now.seconds, at
    return told
