"""The toolchain: pinned programs, installed from the nearest source that can prove what it gives."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from govcloud.errors import GovCloudError, InputError, ToolchainError
from govcloud.local.toolchain.build import BuildSource
from govcloud.local.toolchain.catalog import Catalog, Program, load_catalog
from govcloud.local.toolchain.events import Event, Installed, Job, Progress, Status
from govcloud.local.toolchain.fetch import Fetcher, Unavailable
from govcloud.local.toolchain.golang import GoProvider
from govcloud.local.toolchain.locks import hold
from govcloud.local.toolchain.mirror import MirrorSource
from govcloud.local.toolchain.release import ReleaseSource
from govcloud.local.toolchain.sources import PathSource, Source
from govcloud.local.toolchain.store import Receipt, Store

SOURCES = ("path", "mirror", "release", "build")
"""Where programs come from, in the order in which they are asked."""

Outcome = Installed | GovCloudError

_AT_ONCE = 4
_INSTALL = "run 'govcloud toolchain install'"


class Toolchain:
    """The pinned programs on this machine.

    Args:
        cache: folder of the toolchain; by default ``govcloud/toolchain/<platform>`` in the user's caches.
        mirror: folder or http(s) URL of a mirror.
        releases: URL that stands for the publishers' hosts, see :class:`ReleaseSource`.
        sources: which sources may be asked, a subset of :data:`SOURCES`; their order stays.
        catalog: what is pinned.
        path: folders to search for programs already there, by default those of the environment.
        modules: folder of the Go modules to build from, by default the one that govcloud ships.
    """

    def __init__(
        self,
        cache: Path | None = None,
        mirror: str | None = None,
        *,
        releases: str | None = None,
        sources: Sequence[str] = SOURCES,
        catalog: Catalog | None = None,
        path: str | None = None,
        modules: Path | None = None,
    ) -> None:
        self.catalog = catalog or load_catalog()
        self._store = Store((cache or default_cache(self.catalog)).absolute())
        fetcher = Fetcher(self._store.partial)
        go = GoProvider(self._store, self.catalog.go, self.catalog.platform, path)
        offered: tuple[Source, ...] = (
            PathSource(self._store.root, path),
            MirrorSource(mirror, self.catalog.platform, fetcher),
            ReleaseSource(fetcher, releases),
            BuildSource(self._store, go, modules),
        )
        self._sources = [source for source in offered if source.name in _checked(sources)]

    @classmethod
    def default(cls, sources: Sequence[str] = SOURCES) -> Toolchain:
        """The toolchain as the environment sets it.

        ``GOVCLOUD_TOOLCHAIN_MIRROR`` names a mirror, ``GOVCLOUD_TOOLCHAIN_RELEASES`` what stands for the
        publishers' hosts, ``XDG_CACHE_HOME`` where caches lie.
        """
        return cls(
            mirror=os.environ.get("GOVCLOUD_TOOLCHAIN_MIRROR") or None,
            releases=os.environ.get("GOVCLOUD_TOOLCHAIN_RELEASES") or None,
            sources=sources,
        )

    @property
    def bin(self) -> Path:
        """Folder with a link to each program, for PATH; the language host is not among them."""
        return self._store.bin

    @property
    def language_host(self) -> Path:
        """Folder with the Python language host and its script; not on PATH while a policy pack runs."""
        return self._store.language_host

    @property
    def pulumi_home(self) -> Path:
        """A PULUMI_HOME that has the provider of Kubernetes."""
        return self._store.pulumi_home

    def path(self, name: str) -> Path:
        """The file of an installed program.

        Raises:
            InputError: there is no such program.
            ToolchainError: it is not installed, or is no longer what was installed.
        """
        program = self.catalog[name]
        state, receipt = self._store.state(program)
        if receipt is None or state != "installed":
            what = "is not installed" if state == "absent" else "was altered after it was installed"
            raise ToolchainError(
                f"{name} {what}", expected=f"{name} {program.version} in {self._store.root}", mend=_INSTALL
            )
        return Path(receipt.path)

    def status(self, *, verify: bool = False) -> list[Status]:
        """What is installed, in the order of the catalog; ``verify`` hashes every program."""
        return [self._status(program, verify) for program in self.catalog]

    def install(
        self, names: Iterable[str] | None = None, progress: Progress | None = None
    ) -> list[Installed]:
        """Install what is not there yet, several programs at once.

        Safe to repeat, to interrupt, and to run twice at a time: whatever was finished stays, a download goes
        on where it stopped, and nothing unverified ever gets its final place.

        Args:
            names: programs; by default all.
            progress: receives the events, one at a time, from several threads.

        Returns:
            The programs in the order of the catalog.

        Raises:
            InputError: there is no program of one of the names.
            ToolchainError: some programs cannot be had or are not what was published; the others are in.
        """
        wanted = self.catalog.select(names)
        tell = _one_at_a_time(progress)
        done: dict[str, Installed] = {}
        for program in wanted:
            if found := self._found(program, Job(program.name, tell)):
                done[program.name] = found
        missing = [program for program in wanted if program.name not in done]
        if missing:
            done |= self._obtain(missing, tell)
        return [done[program.name] for program in wanted]

    def _obtain(self, programs: Sequence[Program], tell: Progress) -> dict[str, Installed]:
        pool = ThreadPoolExecutor(min(_AT_ONCE, len(programs)), "toolchain")
        begin, stop = threading.Event(), threading.Event()

        def work(group: Sequence[Program]) -> list[Outcome]:
            # A pool does not wait for a thread during whose start Ctrl-C came; such a thread must find nothing to do.
            begin.wait()
            return [] if stop.is_set() else self._install_group(group, tell, stop)

        try:
            futures = [pool.submit(work, group) for group in _by_module(programs)]
            begin.set()
            done, failures = _collect(futures)
        finally:
            # Also on Ctrl-C: the threads see it at once and put away what is half done.
            stop.set()
            begin.set()
            pool.shutdown(wait=True, cancel_futures=True)
        if len(failures) == 1:
            raise failures[0]
        if failures:
            raise ToolchainError(
                f"{len(failures)} programs cannot be installed:\n"
                + "\n".join(f"  {failure}" for failure in failures)
            ) from failures[0]
        return done

    def _install_group(
        self, group: Sequence[Program], tell: Progress, stop: threading.Event
    ) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for program in group:
            try:
                outcomes.append(self._install(program, tell, stop))
            except GovCloudError as error:
                outcomes.append(error)
        return outcomes

    def _install(self, program: Program, tell: Progress, stop: threading.Event) -> Installed:
        job = Job(program.name, tell, stop)
        try:
            lock = self._store.lock(program.name)
            with hold(lock, job, "another installation has this program in work"):
                found = self._found(program, job)
                return found or self._from_sources(program, job)
        except OSError as error:
            failure = self._unwritable(program, error)
            job.report("failed", str(failure))
            raise failure from error
        except GovCloudError as error:
            job.report("failed", str(error))
            raise

    def _unwritable(self, program: Program, error: OSError) -> ToolchainError:
        return ToolchainError(
            f"{program.name} cannot be installed: {error}",
            where=str(self._store.root),
            expected="a folder that can be written, with about 3 GB free",
            mend="free disk space, correct the permissions, or set XDG_CACHE_HOME to another folder",
        )

    def _found(self, program: Program, job: Job) -> Installed | None:
        state, receipt = self._store.state(program)
        if state == "altered":
            job.report("altered", "is no longer what was installed; installing it anew")
        if receipt is None or state != "installed":
            return None
        self._store.link(program, receipt)
        job.report("found", f"{program.version} from {receipt.source}")
        return _installed(receipt, job)

    def _from_sources(self, program: Program, job: Job) -> Installed:
        reasons = []
        for source in self._sources:
            try:
                return self._from(source, program, job)
            except Unavailable as reason:
                reasons.append(f"{source.name}: {reason}")
                job.report("passed over", reasons[-1])
        raise ToolchainError(
            f"{program.name} {program.version} cannot be had from any source ({'; '.join(reasons)})",
            where="toolchain",
            expected="a mirror, a way to its publisher, or a way to the Go modules it is built from",
            mend="set GOVCLOUD_TOOLCHAIN_MIRROR to a folder or URL with the programs, or give network access",
        )

    def _from(self, source: Source, program: Program, job: Job) -> Installed:
        with self._store.staging(program.name) as staging:
            obtained = source.obtain(program, staging, job)
            keep = self._store.record if obtained.in_place else self._store.place
            receipt = keep(program, obtained.path, source.name)
        job.report("done", f"{program.version} from {source.name}", 1.0)
        return _installed(receipt, job)

    def _status(self, program: Program, verify: bool) -> Status:
        state, receipt = self._store.state(program, verify=verify)
        if receipt is None:
            return Status(program.name, program.version, None, None, state, None, None)
        path = Path(receipt.path)
        return Status(
            program.name, program.version, receipt.source, path, state, receipt.sha256, receipt.size
        )


def default_cache(catalog: Catalog) -> Path:
    """The folder of the toolchain in the user's cache folder."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("govcloud")) / "toolchain" / str(catalog.platform)


def _checked(sources: Sequence[str]) -> Sequence[str]:
    for source in sources:
        if source not in SOURCES:
            raise InputError(f"{source!r} is no source of programs", expected=f"one of {', '.join(SOURCES)}")
    return sources


def _one_at_a_time(progress: Progress | None) -> Progress:
    lock = threading.Lock()

    def tell(event: Event) -> None:
        if progress is not None:
            with lock:
                progress(event)

    return tell


def _by_module(programs: Sequence[Program]) -> list[list[Program]]:
    """Groups that are installed one after another, since side by side they would compile the same twice."""
    groups: dict[str, list[Program]] = {}
    for program in programs:
        groups.setdefault(program.build.module, []).append(program)
    return list(groups.values())


def _collect(futures: Sequence[Future[list[Outcome]]]) -> tuple[dict[str, Installed], list[GovCloudError]]:
    done: dict[str, Installed] = {}
    failures: list[GovCloudError] = []
    for future in as_completed(futures):
        for outcome in future.result():
            if isinstance(outcome, Installed):
                done[outcome.program] = outcome
            else:
                failures.append(outcome)
    return done, failures


def _installed(receipt: Receipt, job: Job) -> Installed:
    return Installed(
        receipt.program, receipt.version, receipt.source, Path(receipt.path), receipt.sha256, job.seconds
    )
