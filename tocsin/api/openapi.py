"""The API's own description, folded from what is declared."""

from collections.abc import Iterable
from typing import Any, Final

from tocsin.api.rest import Op

_BODY: Final = {"application/json": {"schema": {"type": "object"}}}
_ERROR: Final = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "message": {"type": "string"},
                "code": {"type": "integer"},
                "errors": {"type": "array", "items": {"type": "string"}},
            },
        }
    },
}
_REFUSAL: Final = {"$ref": "#/components/responses/Refusal"}
_FROM: Final = {
    "name": "From",
    "in": "header",
    "required": True,
    "description": "The e-mail address of the user who asks; needless with a user's own key.",
    "schema": {"type": "string"},
}


def describe(ops: Iterable[Op], public_url: str) -> dict[str, Any]:
    """Return the description of these operations in OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for op in ops:
        paths.setdefault(op.path, {})[op.method.lower()] = _operation(op)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tocsin", "version": "2"},
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "Authorization"},
                "app": {
                    "type": "openIdConnect",
                    "openIdConnectUrl": f"{public_url}/.well-known/openid-configuration",
                },
            },
            "schemas": {"Error": _ERROR},
            "responses": {
                "Refusal": {
                    "description": "No, and why.",
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}
                    },
                }
            },
        },
    }


def _operation(op: Op) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "Done."}
    if op.status != 204:
        answer["content"] = _BODY
    operation: dict[str, Any] = {
        "operationId": op.id,
        "tags": [op.path.split("/")[1]],
        "summary": (op.function.__doc__ or op.id).partition("\n")[0],
        "parameters": [_wildcard(name) for name in op.parameters] + [_FROM] * op.needs_from,
        "security": [{"key": []}, {"app": [op.scope]}],
        "responses": {str(op.status): answer, "default": _REFUSAL},
        "x-scope": op.scope,
        "x-power": op.power,
    }
    if op.method in {"POST", "PUT", "PATCH"}:
        operation["requestBody"] = {"content": _BODY}
    return operation


def _wildcard(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
