"""Names of stacks, and what a name says; the one thing that engine, programs and people must agree on."""

from __future__ import annotations

from dataclasses import dataclass

from govcloud.errors import InputError

PROJECT = "govcloud"


@dataclass(frozen=True, order=True)
class StackName:
    """``platform.<region>`` or ``tenancy.<tenancy>.<region>``."""

    region: str
    tenancy: str | None = None

    def __str__(self) -> str:
        return f"tenancy.{self.tenancy}.{self.region}" if self.tenancy else f"platform.{self.region}"

    @classmethod
    def read(cls, text: str) -> StackName | None:
        """The name of a stack, None where the text is neither form."""
        match text.split("."):
            case ["platform", region] if region:
                return cls(region)
            case ["tenancy", tenancy, region] if tenancy and region:
                return cls(region, tenancy)
        return None

    @classmethod
    def parse(cls, text: str) -> StackName:
        """The name of a stack from its text.

        Raises:
            InputError: the text is neither form.
        """
        name = cls.read(text)
        if name is not None:
            return name
        raise InputError(
            f"{text!r} names no stack of govcloud",
            expected="platform.<region> or tenancy.<tenancy>.<region>",
            mend="see the names with `pulumi stack ls`",
        )
