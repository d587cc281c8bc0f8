"""Hashes of what was asked for and what was decided, defined once, so that anybody can compute them again.

The canonical form of a value is its JSON with sorted keys, without white space, in UTF-8: what ``jq -cS .spec`` prints of
a tenancy as the API server gives it. The API server itself computes no hashes: it compares generations and specs, and who
brings a tenancy about compares the hash.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from govcloud.errors import InputError

Algorithm = Literal["sha256", "sm3"]
ALGORITHMS: tuple[Algorithm, ...] = ("sha256", "sm3")
"""SHA-256, and SM3 where commercial cryptography is asked for (GB/T 32905-2016)."""


def canonical(value: Any) -> bytes:
    """The canonical form of plain data."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def spec_hash(spec: Any) -> str:
    """The hash of a spec as the API server gives it: ``sha256:`` and 64 hexadecimal digits."""
    return digest(spec, "sha256")


def digest(value: Any, algorithm: Algorithm) -> str:
    """The digest of plain data, its algorithm in front.

    Raises:
        InputError: this machine's cryptography does not offer the algorithm.
    """
    return f"{algorithm}:{_hexadecimal(canonical(value), algorithm)}"


def _hexadecimal(data: bytes, algorithm: Algorithm) -> str:
    if algorithm == "sha256":
        return hashlib.sha256(data).hexdigest()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes

    try:
        sm3 = hashes.Hash(hashes.SM3())
    except UnsupportedAlgorithm as error:
        raise InputError(
            "SM3 is not offered by the cryptography of this machine",
            expected="an OpenSSL that has it",
            mend="choose sha256, or install an OpenSSL with SM3",
        ) from error
    sm3.update(data)
    return sm3.finalize().hex()
