"""The ways to look at something: one file for each kind of monitor, and this is all of them.

A heartbeat is not looked at: it calls.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from tocsin.domain.monitoring import monitor
from tocsin.probes import dns, http, page, ping, postgresql, prometheus, tcp, tls

PROBES: Final[tuple[ModuleType, ...]] = (http, page, dns, tcp, tls, ping, prometheus, postgresql)
PROBE_OF: Final[Mapping[type, ModuleType]] = {
    monitor.Http: http,
    monitor.PageWalk: page,
    monitor.Dns: dns,
    monitor.Tcp: tcp,
    monitor.Tls: tls,
    monitor.Ping: ping,
    monitor.Prometheus: prometheus,
    monitor.PostgreSql: postgresql,
}
