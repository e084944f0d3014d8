"""The API description: OpenAPI 3.1 with the problems, credentials and discriminators that the framework leaves out."""

import re
from typing import Any

from litestar import Litestar
from litestar._openapi.plugin import OpenAPIPlugin  # the only door to the framework's generator
from litestar.config.app import AppConfig
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Info
from litestar.routes import HTTPRoute
from litestar.types import Method

import core
from core import errors
from core.errors import ErrorKind
from core.http.access import Access
from core.http.idempotency import HEADER
from core.http.middleware import BODIED
from core.http.problems import MEDIA_TYPE

_ACCESS_TEXT = {
    "public": "Public.",
    "session": "A signed-in client, also before the registration is complete; staff.",
    "account": "A client whose registration is complete.",
    "permission": "A client holding the permission `{name}` on the contract.",
    "staff": "Staff holding the scope `{name}`.",
    "service": "A service account holding the scope `{name}`.",
}


def describe(app: Litestar) -> dict[str, Any]:
    """The description of an application. Raises what the framework raises for a type that it cannot describe."""
    plugin = app.plugins.get(OpenAPIPlugin)
    # The framework would also serve pages of its own, outside of the guard; given a config of nobody, it only collects.
    plugin.on_app_init(AppConfig(openapi_config=OpenAPIConfig(title="Abonent", version=core.__version__)))
    handlers = [handler for route in app.routes if isinstance(route, HTTPRoute) for handler in route.route_handlers]
    operations = {str(handler.operation_id): handler for handler in handlers if "access" in handler.opt}
    return complete(plugin.provide_openapi().to_schema(), operations)


def complete(schema: dict[str, Any], operations: dict[str, HTTPRouteHandler]) -> dict[str, Any]:
    """Adds what clients need to know and the framework does not tell."""
    schema["info"] = {
        **Info(title=schema["info"]["title"], version=schema["info"]["version"]).to_schema(),
        "description": "Personal account of an electricity supplier's business clients. Errors are RFC 9457 problems.",
    }
    components = schema.setdefault("components", {})
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "A session token or a service key."},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-abonent_session"},
    }
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = _problem_schema()
    _discriminate([*schemas.values(), schema["paths"]], schemas)
    _rename_generics(schema)
    _write_patterns(schema)
    for item in schema["paths"].values():
        for method, operation in item.items():
            handler = operations.get(operation.get("operationId", "")) if isinstance(operation, dict) else None
            if handler is not None:
                _complete_operation(operation, handler, method.upper())
    return schema


def _rename_generics(schema: dict[str, Any]) -> None:
    """Gives components names that code generators can use: `Page_core.contracts.schemas.ContractItem_` is none."""
    schemas = schema["components"]["schemas"]
    references = {}
    for name in [name for name in schemas if not name.isidentifier()]:
        better = "".join(re.findall(r"[A-Za-z0-9]+(?=_|$)", name)[::-1])
        if better in schemas:
            raise ValueError(f"two schemas would be called {better}")
        schemas[better] = schemas.pop(name)
        references[f"#/components/schemas/{name}"] = f"#/components/schemas/{better}"
    _point(schema, references)


def _point(node: Any, references: dict[str, str]) -> None:
    if isinstance(node, dict):
        if node.get("$ref") in references:
            node["$ref"] = references[node["$ref"]]
        for value in node.values():
            _point(value, references)
    elif isinstance(node, list):
        for item in node:
            _point(item, references)


def _write_patterns(node: Any) -> None:
    """Writes patterns as JSON Schema has them, where a dollar is the very end: many engines know no other way."""
    if isinstance(node, dict):
        if isinstance(pattern := node.get("pattern"), str):
            node["pattern"] = pattern.removesuffix(r"(?!\n)").replace(r"\Z", "$")
        for value in node.values():
            _write_patterns(value)
    elif isinstance(node, list):
        for item in node:
            _write_patterns(item)


def _complete_operation(operation: dict[str, Any], handler: HTTPRouteHandler, method: Method) -> None:
    access: Access = handler.opt["access"]
    who = _ACCESS_TEXT[access.kind].format(name=access.name)
    operation["description"] = f"{operation.get('description', '')}\n\n{who}".strip()
    operation["security"] = [] if access.kind == "public" else [{"bearer": []}, {"cookie": []}]
    if handler.opt["creating"]:
        operation.setdefault("parameters", []).append(_idempotency_parameter())
    for response in operation["responses"].values():
        for described in list(response.get("content", {}).values())[:1]:
            response["content"] |= dict.fromkeys(handler.opt["also_as"], described)
    grouped: dict[int, list[ErrorKind]] = {}
    for kind in problems_of(handler, method):
        grouped.setdefault(kind.status, []).append(kind)
    for response in ("400", "422"):  # the framework's own shape of errors is never sent
        operation["responses"].pop(response, None)
    for status, kinds in sorted(grouped.items()):
        operation["responses"][str(status)] = _problem_response(kinds)


def problems_of(handler: HTTPRouteHandler, method: str) -> list[ErrorKind]:
    """The problems that an operation may answer, by its access, its body and its own declaration."""
    access: Access = handler.opt["access"]
    kinds = [*handler.opt["raises"], errors.MALFORMED_REQUEST]
    if access.kind != "public":
        kinds += [errors.UNAUTHENTICATED]
        kinds += [errors.CSRF_MISSING] if method != "GET" else []
        kinds += [errors.FORBIDDEN]
    if access.kind in ("account", "permission"):
        kinds += [errors.ONBOARDING_INCOMPLETE]
    if access.kind == "permission" and any("contract_id" in path for path in handler.paths):
        kinds += [errors.ROLE_FORBIDS]
    if access.confirmed_email:
        kinds += [errors.EMAIL_NOT_CONFIRMED]
    if any("{" in path for path in handler.paths):
        kinds += [errors.NOT_FOUND]
    if method in BODIED:
        kinds += [errors.SLOW_BODY]
    if "data" in handler.parsed_fn_signature.parameters:
        kinds += [errors.MALFORMED_JSON, errors.DUPLICATE_KEY, errors.TOO_LARGE]
        kinds += [errors.UNSUPPORTED_MEDIA_TYPE, errors.INVALID]
    elif set(handler.parsed_fn_signature.parameters) - {"ctx", "request", "body"}:
        kinds += [errors.INVALID]
    if handler.opt["creating"]:
        kinds += [errors.INVALID, errors.TOO_LARGE, errors.IDEMPOTENCY_MISMATCH]
    return list(dict.fromkeys([*kinds, errors.UNAVAILABLE]))


def _problem_response(kinds: list[ErrorKind]) -> dict[str, Any]:
    return {
        "description": "; ".join(f"`{kind.code}`: {kind.en}" for kind in kinds),
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "allOf": [
                        {"$ref": "#/components/schemas/Problem"},
                        {"properties": {"code": {"enum": [kind.code for kind in kinds]}}},
                    ]
                },
                "examples": {kind.code: {"value": _example(kind)} for kind in kinds},
            }
        },
    }


def _example(kind: ErrorKind) -> dict[str, Any]:
    return {
        "type": f"urn:abonent:problem:{kind.code}",
        "title": kind.en,
        "status": kind.status,
        "code": kind.code,
        "detail": kind.ru,
        "request_id": "01978f2e-6f3a-7c41-9d55-0f5a4c1e2b77",
    }


def _idempotency_parameter() -> dict[str, Any]:
    return {
        "name": HEADER.title(),
        "in": "header",
        "required": False,
        "description": "Any text of up to 255 ASCII characters, unique per intent. A retry gets the first answer.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    }


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "title": "Problem",
        "required": ["type", "title", "status", "code", "detail", "request_id"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "code": {"type": "string", "description": "Stable; programs decide by it."},
            "detail": {"type": "string", "description": "For people; Russian, or English by Accept-Language."},
            "request_id": text,
            "params": {"type": "object", "description": "The values inside `detail`."},
            "errors": {
                "type": "array",
                "description": "Every wrong field.",
                "items": {
                    "type": "object",
                    "required": ["field", "code", "message"],
                    "properties": {"field": text, "code": text, "message": text},
                },
            },
        },
    }


def _discriminate(node: Any, schemas: dict[str, Any]) -> None:
    """Adds `discriminator` to unions of tagged Structs: alternatives that all have a constant `type`-like property."""
    if isinstance(node, list):
        for item in node:
            _discriminate(item, schemas)
    if not isinstance(node, dict):
        return
    for word in ("oneOf", "anyOf"):
        mapping = _tag_mapping(node.get(word), schemas)
        if mapping:
            node["discriminator"] = mapping
    for value in node.values():
        _discriminate(value, schemas)


def _tag_mapping(options: Any, schemas: dict[str, Any]) -> dict[str, Any] | None:
    references = [str(option.get("$ref", "")) for option in options or [] if isinstance(option, dict)]
    if len(references) < 2 or not all(references):
        return None
    tags: dict[str, dict[str, str]] = {}
    for reference in references:
        for name, property_ in schemas[reference.rpartition("/")[2]].get("properties", {}).items():
            if "const" in property_:
                tags.setdefault(name, {})[property_["const"]] = reference
    for name, mapping in tags.items():
        if len(mapping) == len(references):
            return {"propertyName": name, "mapping": mapping}
    return None
