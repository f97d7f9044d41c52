"""TLS: a handshake, and how long the certificate still holds."""

import ssl
from functools import partial

from tocsin.domain.monitoring.monitor import Tls
from tocsin.probes import certificates
from tocsin.probes.facing import facing
from tocsin.probes.look import Look
from tocsin.probes.starttls import ask_for_tls


async def measure(target: Tls, look: Look) -> None:
    """Shake hands as a careful client does."""
    shake = partial(shake_hands, target, look)
    async with facing(target.server_name or target.host, target.port, look, shake=shake):
        found = await shake(look.tools.tls)
    look.learn(protocol=found.version())
    certificate = certificates.read(found)
    if certificate:
        days = certificate.days(look.tools.clock())
        look.learn(certificate_days=days, issuer=certificate.issuer)


async def shake_hands(target: Tls, look: Look, context: ssl.SSLContext) -> ssl.SSLObject:
    """Connect, ask for TLS if need be, and return what the server showed."""
    reader, writer = await look.tools.outbound.connect(target.host, target.port)
    try:
        await ask_for_tls(target.start_tls, reader, writer)
        await writer.start_tls(context, server_hostname=target.server_name or target.host)
        found: ssl.SSLObject = writer.get_extra_info("ssl_object")
        return found
    finally:
        writer.close()
