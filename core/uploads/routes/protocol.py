"""The resumable upload protocol tus 1.0.0: headers, and answers that carry them."""

from datetime import UTC
from email.utils import format_datetime
from typing import Annotated, Any

from litestar import Request, Response
from litestar.params import HeaderParameter

from core.http import problems
from core.sdk import Problem
from core.uploads import domain, errors
from core.uploads.schemas import UploadItem
from core.uploads.settings import UploadSettings
from core.uploads.store import UploadRow

PART = "application/offset+octet-stream"
_BYTES = 2**63 - 1

Version = Annotated[
    str | None,
    HeaderParameter(name="Tus-Resumable", max_length=20, description=f"{domain.VERSION}, as tus clients send it."),
]
Length = Annotated[
    int | None,
    HeaderParameter(
        name="Upload-Length",
        ge=0,
        le=_BYTES,
        description="Bytes of the file: the body is empty, they are sent by `PATCH`. Absent: the body is the file.",
    ),
]
Metadata = Annotated[
    str | None,
    HeaderParameter(
        name="Upload-Metadata",
        max_length=4000,
        description="`filename` and its value in Base64: the name of an announced file. Other keys are ignored.",
    ),
]
Offset = Annotated[
    int,
    HeaderParameter(name="Upload-Offset", ge=0, le=_BYTES, description="Where in the file the body begins."),
]


def check_version(version: str | None, *, required: bool = False) -> None:
    """Raises Problem for a client of another version; one that names none is not of tus and is welcome."""
    if version != domain.VERSION and (required or version is not None):
        raise Problem(errors.VERSION, version=domain.VERSION)


def name_in(metadata: str | None) -> str:
    """The name that a tus client gives; empty: none."""
    try:
        found = domain.metadata(metadata or "")
    except ValueError as error:
        raise Problem(errors.METADATA) from error
    return found.get("filename") or found.get("name") or ""


def announced(request: Request[Any, Any, Any]) -> int | None:
    """The length of the body, as far as the request tells."""
    told = request.headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else None


def headers_of(row: UploadRow) -> dict[str, str]:
    """Where a file stands."""
    told = {
        "Tus-Resumable": domain.VERSION,
        "Upload-Offset": str(row.received),
        "Upload-Length": str(row.length),
    }
    if row.expires_at is not None:
        told["Upload-Expires"] = format_datetime(row.expires_at.astimezone(UTC), usegmt=True)
    return told


def capabilities(settings: UploadSettings) -> dict[str, str]:
    """What the host can do."""
    told = {
        "Tus-Resumable": domain.VERSION,
        "Tus-Version": domain.VERSION,
        "Tus-Extension": domain.EXTENSIONS,
    }
    return told | ({"Tus-Max-Size": str(settings.max_bytes)} if settings.max_bytes else {})


def answer(row: UploadRow, shown: UploadItem, place: str = "") -> Response[UploadItem]:
    """A file with its headers; `place`: where it has just been made."""
    headers = headers_of(row) | ({"Location": f"{place}/{row.id}"} if place else {})
    return Response(shown, headers=headers)


def on_problem(request: Request[Any, Any, Any], error: Problem) -> Response[problems.ProblemBody]:
    """A refusal, with the version that tus clients look for."""
    refused = problems.respond(request, error)
    refused.headers["Tus-Resumable"] = domain.VERSION
    if error.kind == errors.VERSION:
        refused.headers["Tus-Version"] = domain.VERSION
    return refused
