"""The quarantine: requests that fitted nowhere. PagerDuty drops such ones silently."""

import base64
from typing import Any

from tocsin.api.rest import Call, Resource
from tocsin.kit.instants import write_instant
from tocsin.usecases.intake import quarantine
from tocsin.usecases.intake.quarantine import Kept

QUARANTINE = Resource("/quarantine", scope="quarantine")


@QUARANTINE.op("listQuarantine", "GET", "", power="manage")
async def list_quarantine(call: Call) -> dict[str, Any]:
    """List requests in quarantine, the newest first."""
    page = call.query.page()
    found, total = await quarantine.find(call.house, page.part)
    return page.wrap("quarantine", found, lambda kept: _shape(call, kept), total=total)


@QUARANTINE.op("getQuarantine", "GET", "/{id}", power="manage")
async def get_quarantine(call: Call, id: str) -> dict[str, Any]:
    """Show a request in quarantine."""
    return {"quarantined_request": _shape(call, await quarantine.get(call.house, id))}


def _shape(call: Call, kept: Kept) -> dict[str, Any]:
    return {
        **call.links.head("quarantined_request", kept.id, kept.reason),
        "created_at": write_instant(kept.at),
        "reason": kept.reason,
        "path": kept.path,
        "sender": kept.sender,
        "key_hint": kept.key_hint,
        "headers": kept.headers,
        **_body(kept.body),
        "body_bytes": kept.body_bytes,
        "body_truncated": len(kept.body) < kept.body_bytes,
    }


def _body(body: bytes) -> dict[str, str]:
    """Return a body as text where it is one, or else in base 64."""
    try:
        return {"body": body.decode(), "body_encoding": "utf-8"}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(body).decode(), "body_encoding": "base64"}
