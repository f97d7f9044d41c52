"""Looking: one look after the other, until one finds all well or there were enough."""

import asyncio
from time import perf_counter

import httpx
from msgspec.structs import replace

from tocsin.domain.monitoring.monitor import Measurement, Target
from tocsin.kit.text import one_line
from tocsin.probes import PROBE_OF
from tocsin.probes.look import Fault, Look, Tools


async def look(
    target: Target,
    *,
    timeout: float,  # noqa: ASYNC109 - of one look, of which there may be several
    retries: int,
    tools: Tools,
) -> Measurement:
    """Measure, and again at once up to ``retries`` times while something is wrong."""
    found = await _once(target, Look(tools=tools, timeout=timeout))
    looks = 1
    while not found.ok and looks <= retries:
        found = await _once(target, Look(tools=tools, timeout=timeout))
        looks += 1
    return replace(found, values=found.values | {"looks": looks})


async def _once(target: Target, view: Look) -> Measurement:
    began = perf_counter()
    fault = await _fault_of(target, view)
    values = {"response_time": round((perf_counter() - began) * 1000, 1)} | view.values
    if fault is None:
        return Measurement(ok=True, values=values)
    told = f"{view.place}: {fault}" if view.place else str(fault)
    return Measurement(ok=False, fault_kind=fault.kind, fault=told, values=values)


async def _fault_of(target: Target, view: Look) -> Fault | None:
    try:
        async with asyncio.timeout(view.timeout):
            await PROBE_OF[type(target)].measure(target, view)
    except Fault as fault:
        return fault
    except httpx.InvalidURL as error:
        return Fault("refused", f"An address cannot be read: {one_line(str(error), 200)}")
    except TimeoutError:
        plural = "" if view.timeout == 1 else "s"
        return Fault("timeout", f"No answer within {view.timeout:g} second{plural}")
    return None
