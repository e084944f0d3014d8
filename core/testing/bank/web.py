"""Requests and answers of the simulated bank, over HTTP/1.1 with connections that are used again."""

import asyncio
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from core.testing.sockets import Request

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of every page. No `form-action`: browsers apply it to redirects, too, and these lead home."""


class Answer(msgspec.Struct, frozen=True):
    """What goes back."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = {}


def json_answer(body: object, status: int = 200) -> Answer:
    """JSON."""
    return Answer(status, json.dumps(body, ensure_ascii=False).encode())


def page_answer(html: str, status: int = 200) -> Answer:
    """A page."""
    return Answer(status, html.encode(), "text/html; charset=utf-8", {"Content-Security-Policy": POLICY})


def redirect(url: str, **query: str) -> Answer:
    """To another page, with further parameters."""
    joined = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}" if query else url
    return Answer(303, b"", headers={"Location": joined})


def path_of(request: Request) -> str:
    """Without the query."""
    return urlsplit(request.path).path


def fields_of(request: Request) -> dict[str, str]:
    """The parameters of the query, and of the form if there is one."""
    pairs = parse_qsl(urlsplit(request.path).query, keep_blank_values=True)
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        pairs += parse_qsl(request.body.decode(), keep_blank_values=True)
    return dict(pairs)


def json_of(request: Request) -> Mapping[str, Any]:
    """The body as an object. Raises ValueError for anything else."""
    body = json.loads(request.body or b"{}")
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return body


async def send(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Writes a whole answer."""
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"Content-Type: {answer.content_type}", f"Content-Length: {len(answer.body)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode() + answer.body)
    await writer.drain()
