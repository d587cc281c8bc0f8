"""When a waiver counts in admission, in CEL: the API server has no clock for policies, so its own marks have to do.

A waiver is an annotation of the tenancy's namespace, which only the platform may write (see `policies.waivers` for its
form). It counts for an object of its kind and name, and as long as it has not ended, to the second.

*What time it is.* On a create the server has set ``metadata.creationTimestamp`` by the time policies are asked, whatever
the client wrote there. On an update it sets the time of an entry of ``metadata.managedFields``, but only where the update
sets a field to something else or adds one: an update that only takes fields away leaves no mark, and a client may write
that list itself, old times and all. So a waiver counts on an update only if all of this holds:

- the update visibly sets a field (`sets_a_field`): then the server put down the time, and it is one of those in the list;
- the list is not as it was: where the server cannot work out who owns what, it puts the old list back unmarked;
- no time in the list is at or after the end of the waiver, the server's own least of all.

Times are texts of one form, UTC to the second, so that comparing texts compares times. Whatever cannot be read, or is not
there, makes the waiver not count. A person whose update only takes fields away can set one as well, an annotation say.
"""

from __future__ import annotations

from policies.cel import listing, literal
from policies.rule import Rule
from policies.target import Target
from policies.waivers import WAIVER_PREFIX

BESIDE_CONTENT = ("apiVersion", "kind", "metadata", "status")
"""Fields of an object that are not its content; of its metadata, labels and annotations are."""

_ENTRY = (
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z "
    r"([*]|[A-Za-z]+)/([*]|[A-Za-z0-9][-A-Za-z0-9._:]*[*]?)$"
)
_NAME = "(has(object.metadata.name) ? object.metadata.name : object.metadata.generateName)"
_MARKS = ("labels", "annotations")
# How deep a change is looked for; the API server takes the longer to compile a policy the deeper it is.
_DEPTH_IN_POD = 7  # from the spec of a pod to a capability that one of its containers adds
_DEPTH = 5  # from the content of a Service to the number of one of its ports
_DEPTH_OF_ADVICE = 3  # the annotations; what only warns does not need more

ANY_WAIVER = f"variables.waivers.exists(k, k.startsWith({literal(WAIVER_PREFIX)}))"
"""CEL: whether there is any waiver."""


def annotation(rule: Rule) -> str:
    """The annotation that waives a rule."""
    return f"{WAIVER_PREFIX}{rule.id}"


def marks_of(target: Target) -> str | None:
    """CEL: the annotations with the waivers that concern objects of a target; None where there can be none.

    A namespace carries its own, since nobody but the platform may write them. Any other object of the cluster could
    be annotated by whoever makes it.
    """
    if target.scope == "tenancy":
        return "variables.annotations"
    if [kind.kind for kind in target.kinds] == ["Namespace"]:
        return "has(object.metadata.annotations) ? object.metadata.annotations : {}"
    return None


def waiver_variables(marks: str, pod: tuple[str, str] | None, *, advice: bool) -> dict[str, str]:
    """CEL variables, in order; ``waived`` is the list of annotations that count for this object now.

    Variables are evaluated when they are first used, so that all of this costs nothing where no rule is violated.

    Args:
        marks: CEL: the annotations of the namespace.
        pod: CEL: the spec of the object's pods, now and before an update; None where it has none.
        advice: whether the rules only warn.
    """
    depth = _DEPTH_OF_ADVICE if advice else _DEPTH_IN_POD if pod else _DEPTH
    return {"waivers": marks, "moments": _moments(sets_a_field(pod, depth)), "waived": _WAIVED}


def is_waived(rule: Rule) -> str:
    """CEL: whether a waiver of a rule counts."""
    return f"{literal(annotation(rule))} in variables.waived"


def content_changed() -> str:
    """CEL: whether an update changes anything but what controllers keep for themselves: status, finalizers, owners."""
    asked = f"!(k in {list(BESIDE_CONTENT)})"
    return " || ".join(
        (
            f"object.exists(k, {asked} && !(k in oldObject && object[k] == oldObject[k]))",
            f"oldObject.exists(k, {asked} && !(k in object))",
            *(f"{_own('object', field)} != {_own('oldObject', field)}" for field in _MARKS),
        )
    )


def _own(which: str, field: str) -> str:
    return f"(has({which}.metadata.{field}) ? {which}.metadata.{field} : {{}})"


def sets_a_field(pod: tuple[str, str] | None, depth: int) -> str:
    """CEL: whether an update visibly sets a field, beyond what it takes away; in its pods, it is looked for deeper."""
    fields = f"object.filter(k, !(k in {list(BESIDE_CONTENT)}))"
    content = f"{fields}.map(k, [dyn(object[k])] + (k in oldObject ? [dyn(oldObject[k])] : []))"
    marks = [(_own("object", field), _own("oldObject", field)) for field in _MARKS]
    pairs = (f"[dyn({new}), dyn({old})]" for new, old in [*marks, *([pod] if pod else [])])
    return f"({content} + {listing(pairs)}).exists(p{depth}, {_is_set(depth)})"


def _is_set(level: int) -> str:
    """CEL: whether a pair ``[new, old]`` differs by more than what was taken away; ``[new]`` is one that was added.

    A value that is no map and no list counts, where it differs, as one that was added. An entry of a list without a
    name is paired with itself, and one whose name was there twice gets two partners: neither proves anything, nor does
    a value that became another type.
    """
    if level == 0:
        return "false"
    p, new, old = (f"p{level}{part}" for part in ("", "[0]", "[1]"))
    named = "'name' in e && type(e.name) == string"
    namesakes = f"{old}.filter(o, type(o) == map && 'name' in o && o.name == e.name)"
    partners = f"type(e) == map ? ({named} ? {namesakes} : [e]) : type(e) == list || e in {old} ? [e] : []"
    children = (
        f"type({new}) == map ? {new}.map(k, [{new}[k]] + (k in {old} ? [{old}[k]] : [])) : "
        f"type({new}) == list ? {new}.map(e, [e] + ({partners})) : [[{new}]]"
    )
    return (
        f"size({p}) == 1 ? {new} != {{}} && {new} != [] && {new} != null : "
        f"size({p}) == 2 && type({new}) == type({old}) && {new} != {old} && "
        f"({children}).exists(p{level - 1}, {_is_set(level - 1)})"
    )


def _moments(proof: str) -> str:
    """CEL: the times of which the latest is now; none where nothing proves it."""
    return (
        "request.operation == 'CREATE' ? [object.metadata.creationTimestamp] : "
        "has(object.metadata.managedFields) && (!has(oldObject.metadata.managedFields) || "
        f"object.metadata.managedFields != oldObject.metadata.managedFields) && {proof} ? "
        "object.metadata.managedFields.filter(m, has(m.time)).map(m, m.time) : []"
    )


_COVERS = (
    "w[1].split('/')[0] in ['*', string(object.kind)] && (w[1].endsWith('*') ? "
    f"{_NAME}.startsWith(w[1].split('/')[1].replace('*', '')) : {_NAME} == w[1].split('/')[1])"
)
_WAIVED = (
    f"variables.waivers.filter(k, k.startsWith({literal(WAIVER_PREFIX)}) && size(variables.moments) > 0 && "
    f"variables.waivers[k].split(',').map(w, w.trim()).filter(w, w.matches({literal(_ENTRY)})).map(w, w.split(' '))"
    f".exists(w, variables.moments.all(t, t < w[0]) && {_COVERS}))"
)
