"""Certificates: how long one holds, who signed it, and why nobody believes it."""

import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

import msgspec
from cryptography import x509
from cryptography.x509.oid import NameOID

from tocsin.kit.text import one_line
from tocsin.probes.look import Fault, Look

DAY: Final = 86_400
LONGEST_NAME: Final = 200
MOST_NAMES: Final = 3

# Codes of OpenSSL.
_NOT_YET: Final = 9
_EXPIRED: Final = 10
_SELF_SIGNED: Final = 18
_UNKNOWN_ISSUERS: Final = frozenset({2, 19, 20, 21})
_OTHER_NAMES: Final = frozenset({62, 64})

Shake = Callable[[ssl.SSLContext], Awaitable[ssl.SSLObject]]


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What a server showed of itself."""

    starts: datetime
    expires: datetime
    issuer: str
    names: tuple[str, ...]

    def days(self, now: datetime) -> float:
        """Return for how many days it still holds; fewer than none if it has expired."""
        return round((self.expires - now).total_seconds() / DAY, 2)


def read(tls: ssl.SSLObject) -> Certificate | None:
    """Return the certificate of a connection, believed or not; None if it makes no sense."""
    try:
        found = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")
        return Certificate(
            starts=found.not_valid_before_utc,
            expires=found.not_valid_after_utc,
            issuer=_issuer(found),
            names=_names(found),
        )
    except ValueError:
        return None


async def fault_of(error: ssl.SSLError, host: str, *, look: Look, shake: Shake) -> Fault:
    """Say why a handshake failed. If it was for the certificate, look at it without belief."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        reason = (error.reason or str(error)).replace("_", " ").lower()
        return Fault("tls", f"No TLS with {host}: {one_line(reason, LONGEST_NAME)}")
    try:
        certificate = read(await shake(look.tools.blind))
    except OSError:
        certificate = None
    if certificate:
        look.learn(certificate_days=certificate.days(look.tools.clock()))
    return Fault("certificate", _sentence(error, host, certificate))


def _sentence(
    error: ssl.SSLCertVerificationError, host: str, certificate: Certificate | None
) -> str:
    what, code = f"The certificate of {host}", error.verify_code
    if code == _EXPIRED and certificate:
        return f"{what} expired on {_day(certificate.expires)}"
    if code == _NOT_YET and certificate:
        return f"{what} is not valid before {_day(certificate.starts)}"
    if code == _SELF_SIGNED:
        return f"{what} is signed by nobody but itself"
    if code in _UNKNOWN_ISSUERS:
        by = f", signed by {certificate.issuer}," if certificate and certificate.issuer else ""
        return f"{what}{by} leads to no authority that is known here"
    if code in _OTHER_NAMES and certificate:
        names = ", ".join(certificate.names[:MOST_NAMES]) or "nobody"
        return f"{what} is for {names}"
    return f"{what} cannot be believed: {error.verify_message}"


def _issuer(certificate: x509.Certificate) -> str:
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in certificate.issuer.get_attributes_for_oid(kind):
            return one_line(str(attribute.value), LONGEST_NAME)
    return ""


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = found.get_values_for_type(x509.IPAddress)
    return (*found.get_values_for_type(x509.DNSName), *map(str, addresses))


def _day(instant: datetime) -> str:
    return f"{instant.day} {instant:%B %Y}"
