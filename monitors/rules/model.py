"""What a rule is as written in the files of this folder: a recording or an alert, with the examples that prove it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Duration = Annotated[str, StringConstraints(pattern=r"^(0s|([1-9][0-9]*[smhdw])+)$")]
"""A duration of Prometheus, such as ``15m``."""

Severity = Literal["critical", "warning", "info"]
"""Critical: act now, at any hour. Warning: act on a working day. Info: look at it in the next review."""


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Written):
    """The same words in both languages."""

    en: str
    zh: str


class Recording(_Written):
    """A recording rule, or several alike.

    ``each`` names words and the values that they take; for each combination there is a rule in which ``${word}`` is
    replaced. ``${ending}`` follows from the word ``resource``: how the metrics of that resource end.
    """

    record: str = Field(pattern=r"^[a-z_]+:[$a-z0-9_{}]+:[a-z0-9_]+$")
    expr: str
    labels: dict[str, str] = {}
    each: dict[str, list[str]] = {}


class Group(_Written):
    """Recordings that are evaluated together, in their order."""

    group: str
    interval: Duration | None = None
    recordings: list[Recording] = Field(min_length=1)


class Example(_Written):
    """Series as promtool writes them, and what is so after a while.

    Attributes:
        name: what it shows, as a sentence.
        interval: time between the samples, and between evaluations.
        series: samples by series, as ``1+0x10``.
        at: when the alert is looked at, from the first sample on.
        labels: labels of the alert that fires, without its name and severity; none where it is silent.
        summary: what the firing alert says.
    """

    name: str
    interval: Duration = "1m"
    series: dict[str, str]
    at: Duration
    labels: dict[str, str] | None = None
    summary: Text | None = None


class Examples(_Written):
    """One example or more in which an alert fires, and one or more in which it is silent."""

    fires: list[Example] = Field(min_length=1)
    silent: list[Example] = Field(min_length=1)


class Alert(_Written):
    """An alerting rule.

    Attributes:
        alert: its name, and the heading of its section in the runbooks.
        group: alerts of a group are evaluated together.
        severity: how soon somebody has to act.
        hold: how long it has to be so before it fires (``for`` of Prometheus).
        why: why this severity and this duration.
        expr: PromQL; ``${name}`` is a threshold.
        summary: one sentence with the values, a template of Prometheus.
        description: what it means and what to do first.
        examples: become tests of promtool.
    """

    alert: str = Field(pattern=r"^Govcloud[A-Z][A-Za-z0-9]+$")
    group: str
    severity: Severity
    hold: Duration = Field(alias="for")
    why: str
    expr: str
    summary: Text
    description: Text
    examples: Examples
