"""What is known of an estate: its files as they are now, and beside them what its register has and they have not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock

from govcloud.model import Estate, Sharing, Tenancy, Waiver
from monitors.families import Extra
from monitors.sources.documents import documented


@dataclass(frozen=True)
class Registered:
    """The documents of a register, by name; of tenancies those that run, as they were approved."""

    tenancies: Mapping[str, Tenancy] = field(default_factory=dict)
    sharings: Mapping[str, Sharing] = field(default_factory=dict)
    waivers: Mapping[str, Waiver] = field(default_factory=dict)


class Known:
    """An estate and its register, as they were read last. Any thread may ask and tell.

    Args:
        estate: the files as they were read at first.
    """

    def __init__(self, estate: Estate) -> None:
        self._lock = Lock()
        self._files = estate
        self._register = Registered()
        self._all = estate
        self._samples = tuple(documented(estate))

    @property
    def files(self) -> Estate:
        """The files alone."""
        return self._files

    @property
    def estate(self) -> Estate:
        """All of it as one estate; of one name in both, what the files say counts."""
        return self._all

    def samples(self) -> tuple[Extra, ...]:
        """What the documents tell; the very same tuple until they change."""
        return self._samples

    def read(self, estate: Estate) -> None:
        """The files say something else now."""
        with self._lock:
            self._files = estate
            self._join()

    def registered(self, found: Registered) -> None:
        """This is what the register has now."""
        with self._lock:
            if found != self._register:
                self._register = found
                self._join()

    def _join(self) -> None:
        files, register = self._files, self._register
        self._all = replace(
            files,
            tenancies={**register.tenancies, **files.tenancies},
            sharings={**register.sharings, **files.sharings},
            waivers={**register.waivers, **files.waivers},
        )
        self._samples = tuple(documented(self._all))
