"""HTTP of imports: /api/v1/imports. What a file is for, and who may send it, its importer says."""

from typing import Annotated, Any, Literal

from litestar import Request
from litestar.params import QueryParameter
from litestar.response import Stream

from core.errors import EMAIL_NOT_CONFIRMED, ROLE_FORBIDS
from core.imports import errors, schemas
from core.imports.domain import State
from core.imports.services import committing, ending, marking, showing, uploading
from core.imports.services.uploading import Upload
from core.sdk import ACCOUNT, NOT_FOUND, XLSX, Ctx, Cursor, Limit, Page, PathId, delete, download, get, post

Yes = Literal["true", "false"]
ContractId = Annotated[
    str,
    QueryParameter(
        name="contract_id", max_length=64, description="A contract; absent: files for no contract in particular."
    ),
]
Parts = Annotated[
    list[str] | None,
    QueryParameter(name="part", max_items=1000, description="What the file is about, where its kind asks for it."),
]
Kind = Annotated[str, QueryParameter(name="kind", max_length=100, description="A `kind` of `import_kinds`.")]
OfKind = Annotated[str | None, QueryParameter(name="kind", max_length=100, description="Files of this kind only.")]
InState = Annotated[State | None, QueryParameter(name="state", description="Files in this state only.")]
OfState = Annotated[schemas.EntryState | None, QueryParameter(name="state", description="Entries in this state only.")]
Warned = Annotated[Yes, QueryParameter(name="warned", description="Only entries that bear a warning.")]
Name = Annotated[
    str, QueryParameter(name="name", min_length=1, max_length=500, description="Name of the file, with its extension.")
]
Send = Annotated[
    Yes,
    QueryParameter(name="send", description="Send what is right as soon as it is checked: upload and send in one."),
]
Replaces = Annotated[
    str | None,
    QueryParameter(name="replaces", max_length=64, description="An unsent file that goes when this one is stored."),
]
_TAGS = ["imports"]
_FILE = "application/octet-stream"


@get("/api/v1/import-kinds", access=ACCOUNT, operation_id="import_kinds", raises=[NOT_FOUND], tags=_TAGS)
async def import_kinds(ctx: Ctx, contract_id: ContractId = "") -> Page[schemas.ImportKind]:
    """List the kinds of files that the caller may send for a contract, or for none in particular."""
    return Page(await showing.kinds(ctx, contract_id))


@post(
    "/api/v1/imports",
    access=ACCOUNT,
    operation_id="upload_import",
    raises=[
        NOT_FOUND,
        ROLE_FORBIDS,
        EMAIL_NOT_CONFIRMED,
        errors.NOT_OFFERED,
        errors.NOT_ADMITTED,
        errors.WRONG_SUFFIX,
        errors.WRONG_CONTENT,
        errors.EMPTY_FILE,
        errors.FILE_TOO_LARGE,
        errors.TOO_MANY_FILES,
        errors.NOT_NOW,
    ],
    request_max_body_size=None,
    tags=_TAGS,
)
async def upload_import(
    request: Request[Any, Any, Any],
    ctx: Ctx,
    kind: Kind,
    name: Name,
    contract_id: ContractId = "",
    parts: Parts = None,
    send: Send = "false",
    replaces: Replaces = None,
) -> schemas.ImportItem:
    """Upload a file: the body is its content.

    It is read and checked in the background; nothing of it is sent before that is ordered (`commit_import`).
    """
    wanted = Upload(kind, contract_id, name, send == "true", replaces, tuple(parts or ()))
    return await uploading.upload(ctx, wanted, request.stream())


@get("/api/v1/imports", access=ACCOUNT, operation_id="imports", raises=[NOT_FOUND, ROLE_FORBIDS], tags=_TAGS)
async def imports(
    ctx: Ctx,
    contract_id: ContractId = "",
    kind: OfKind = None,
    in_state: InState = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[schemas.ImportItem]:
    """List the files of a contract, or the caller's own of none in particular, the newest first."""
    return await showing.listed(ctx, contract_id, kind, in_state, cursor, limit)


@get("/api/v1/imports/{import_id:str}", access=ACCOUNT, operation_id="import_item", raises=[ROLE_FORBIDS], tags=_TAGS)
async def import_item(ctx: Ctx, import_id: PathId) -> schemas.ImportItem:
    """Show a file: its state, its progress, its counts, and what may be done with it."""
    return await showing.one(ctx, import_id)


@get(
    "/api/v1/imports/{import_id:str}/entries",
    access=ACCOUNT,
    operation_id="import_entries",
    raises=[ROLE_FORBIDS],
    tags=_TAGS,
)
async def import_entries(
    ctx: Ctx,
    import_id: PathId,
    of_state: OfState = None,
    warned: Warned = "false",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[schemas.ImportEntry]:
    """List what each unit of a file would change or has become, in the order of the file."""
    return await showing.entries(ctx, import_id, of_state, warned == "true", cursor, limit)


@post(
    "/api/v1/imports/{import_id:str}/commit",
    access=ACCOUNT,
    operation_id="commit_import",
    creating=True,
    status_code=202,
    raises=[ROLE_FORBIDS, EMAIL_NOT_CONFIRMED, errors.NOT_ADMITTED, errors.NOT_NOW, errors.NOTHING_NEW],
    tags=_TAGS,
)
async def commit_import(ctx: Ctx, import_id: PathId) -> schemas.ImportItem:
    """Send what is new in a file. A file that is still being checked is sent once it is."""
    return await committing.order(ctx, import_id)


@post(
    "/api/v1/imports/{import_id:str}/cancel",
    access=ACCOUNT,
    operation_id="cancel_import",
    status_code=200,
    raises=[ROLE_FORBIDS, errors.NOT_NOW],
    tags=_TAGS,
)
async def cancel_import(ctx: Ctx, import_id: PathId) -> schemas.ImportItem:
    """Stop reading and checking a file; nothing of it is sent."""
    return await ending.cancel(ctx, import_id)


@post(
    "/api/v1/imports/{import_id:str}/withdrawal",
    access=ACCOUNT,
    operation_id="withdraw_import",
    creating=True,
    status_code=200,
    raises=[ROLE_FORBIDS, EMAIL_NOT_CONFIRMED, errors.NOT_WITHDRAWABLE],
    tags=_TAGS,
)
async def withdraw_import(ctx: Ctx, import_id: PathId) -> schemas.ImportItem:
    """Take back what was sent, as long as the supplier has accepted nothing of it."""
    return await ending.withdraw(ctx, import_id)


@delete(
    "/api/v1/imports/{import_id:str}",
    access=ACCOUNT,
    operation_id="delete_import",
    status_code=204,
    raises=[ROLE_FORBIDS, errors.NOT_NOW],
    tags=_TAGS,
)
async def delete_import(ctx: Ctx, import_id: PathId) -> None:
    """Remove a file of which nothing was sent («Корзина»)."""
    await ending.delete(ctx, import_id)


@get(
    "/api/v1/imports/{import_id:str}/original",
    access=ACCOUNT,
    operation_id="download_import",
    media_type=_FILE,
    raises=[ROLE_FORBIDS],
    tags=_TAGS,
)
async def download_import(ctx: Ctx, import_id: PathId) -> Stream:
    """Download a file as it was uploaded."""
    row, content = await showing.original(ctx, import_id)
    return await download(content, row.file_name, size=row.size)


@get(
    "/api/v1/imports/{import_id:str}/marked",
    access=ACCOUNT,
    operation_id="download_marked_import",
    media_type=XLSX,
    raises=[ROLE_FORBIDS, errors.NO_MARKED_COPY],
    tags=_TAGS,
)
async def download_marked_import(ctx: Ctx, import_id: PathId) -> Stream:
    """Download the file with its wrong places marked and the reasons in a column of their own."""
    name, content = await marking.marked(ctx, import_id)
    return await download(content, name, media_type=XLSX)


ROUTES = (
    import_kinds,
    upload_import,
    imports,
    import_item,
    import_entries,
    commit_import,
    cancel_import,
    withdraw_import,
    delete_import,
    download_import,
    download_marked_import,
)
