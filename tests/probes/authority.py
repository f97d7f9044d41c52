"""An authority of our own that signs certificates, good ones and others."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime.now(UTC)
SIGNS = x509.KeyUsage(
    digital_signature=True,
    key_cert_sign=True,
    crl_sign=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text)])


class Authority:
    """Signs; ``file`` holds its own certificate, for those who are to trust it."""

    def __init__(self, folder: Path, name: str = "Trust of Example") -> None:
        self._folder = folder
        self._name = _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        own = self._builder(self._name, self._key, NOW - timedelta(9), NOW + timedelta(900))
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        own = own.add_extension(SIGNS, critical=True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self._signed(own, self._key))

    def context(
        self,
        *,
        host: str = "127.0.0.1",
        starts: datetime = NOW - timedelta(1),
        expires: datetime = NOW + timedelta(days=30, minutes=5),
        by_itself: bool = False,
        for_clients: bool = False,
    ) -> ssl.SSLContext:
        """Return how a server shows a certificate of this kind."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(host)
        builder = self._builder(name, key, starts, expires, by_itself=by_itself)
        builder = builder.add_extension(x509.SubjectAlternativeName([_alternative(host)]), False)
        if for_clients:
            use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
            builder = builder.add_extension(use, critical=True)
        file = self._folder / "server.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + self._signed(builder, key if by_itself else self._key)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _builder(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        starts: datetime,
        expires: datetime,
        *,
        by_itself: bool = False,
    ) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder(
            issuer_name=name if by_itself else self._name,
            subject_name=name,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=starts,
            not_valid_after=expires,
        )
        # Newer Pythons believe no certificate that does not name its keys.
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        signer = (key if by_itself else self._key).public_key()
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer)
        return builder.add_extension(own, False).add_extension(issuer, False)

    @staticmethod
    def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> bytes:
        return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
