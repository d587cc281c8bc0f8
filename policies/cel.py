"""CEL on plain data, by one engine, failing closed: what is no value of the type asked for is an error.

The engine (cel-expr-python, which wraps Google's cel-cpp) hands errors back as values, and the text of an error is
true when it is used as a condition. So every result is asked for its type, here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_strings

INPUTS = ("object", "oldObject", "namespaceObject", "siblings", "variables")
"""What an expression can refer to."""

_BULK = "objects"
_SHOWN = 200


class CelError(Exception):
    """An expression does not compile, or has no value for this data."""


class Expression:
    """A compiled expression.

    Args:
        text: CEL.
        bulk: whether it is put together from rules, and may use ``objects`` and ``cel.bind``, which rules may not.

    Raises:
        CelError: the text is no CEL, or does not pass the type checker.
    """

    def __init__(self, text: str, *, bulk: bool = False) -> None:
        self.text = text
        try:
            self._compiled = (_bulk_environment() if bulk else _environment()).compile(text)
        except Exception as error:  # the binding raises its own classes, which it does not export
            raise CelError(_first_line(error)) from error

    def value(self, inputs: Inputs) -> Any:
        """The value as plain Python data: bool, int, float, str, list, dict or None.

        Raises:
            CelError: the expression has no value for these inputs.
        """
        try:
            result = self._compiled.eval(activation=inputs.activation)
        except Exception as error:
            raise CelError(_first_line(error)) from error
        if result.type() in (cel.Type.ERROR, cel.Type.UNKNOWN):
            raise CelError(_short(str(result.value())))
        return result.plain_value()

    def texts(self, inputs: Inputs) -> list[str]:
        """The value, which must be a list of strings.

        Raises:
            CelError: it is none.
        """
        value = self.value(inputs)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise CelError(f"a list of strings was expected, not {type(value).__name__}")
        return value


class Inputs:
    """Data that expressions are evaluated against; converted once, whatever the number of expressions."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict.fromkeys((*INPUTS, _BULK)) | dict(values)

    @cached_property
    def activation(self) -> Any:
        """The engine's form of the data.

        Raises:
            CelError: there is something in it that CEL cannot hold.
        """
        try:
            return _bulk_environment().Activation(self._values)
        except Exception as error:
            raise CelError(_first_line(error)) from error


@cache
def _environment() -> Any:
    return cel.NewEnv(variables=dict.fromkeys(INPUTS, cel.Type.DYN), extensions=[ext_strings.ExtStrings()])


@cache
def _bulk_environment() -> Any:
    return cel.NewEnv(
        variables=dict.fromkeys((*INPUTS, _BULK), cel.Type.DYN),
        extensions=[ext_strings.ExtStrings(), ext_bindings.ExtBindings()],
    )


def literal(text: str) -> str:
    """A CEL literal of a text."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def listing(items: Iterable[str]) -> str:
    """A CEL list of expressions."""
    return f"[{', '.join(items)}]"


def _first_line(error: Exception) -> str:
    return _short(str(error).split("\n", maxsplit=1)[0].strip())


def _short(text: str) -> str:
    """The engine may print all of the data into an error; nobody reads that, and secrets may be in it."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
