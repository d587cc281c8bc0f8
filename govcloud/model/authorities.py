"""The certificates that an estate keeps in files of their own: read where they are needed, and checked when they are."""

from __future__ import annotations

from pathlib import Path

from govcloud.errors import InputError
from govcloud.model.estate import Estate
from govcloud.model.identity import Identity, Issuer

_MARK = "-----BEGIN CERTIFICATE-----"


def identity_with_authorities(estate: Estate) -> Identity:
    """Whose tokens count in an estate, with the certificates of each authority as PEM text.

    A path counts from the folder of the file that the Estate document was read from.

    Raises:
        InputError: a file cannot be read, or what is given are no certificates.
    """
    source = estate.sources.get(("Estate", estate.name))
    file = source.file if source else f"Estate/{estate.name}"
    return Identity(issuers=tuple(_with_authority(one, file) for one in estate.head.spec.identity.issuers))


def _with_authority(issuer: Issuer, file: str) -> Issuer:
    given = issuer.certificate_authority
    if given is None:
        return issuer
    inline = _MARK in given
    where = file if inline else str(Path(file).parent / given.strip())
    text = given if inline else _read(issuer, Path(where))
    _check(text, issuer, where)
    return issuer.model_copy(update={"certificate_authority": text})


def _read(issuer: Issuer, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text, or no path"
        raise InputError(
            f"the certificate authority of issuer {issuer.name} cannot be read: {reason}",
            where=str(path),
            expected="a file of certificates as PEM",
            mend="correct the path, which counts from the folder of the Estate document, or write the PEM text itself",
        ) from error


def _check(text: str, issuer: Issuer, where: str) -> None:
    """A key beside the certificate would be shown to everybody who may see the configuration."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        if "PRIVATE KEY" in text:
            raise ValueError("a private key stands beside it")
        load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise InputError(
            f"the certificate authority of issuer {issuer.name} cannot be used: {error}",
            where=where,
            expected="one or more certificates as PEM, and nothing else",
            mend="export the authority's certificate alone as PEM",
        ) from error
