"""Staff's side: questions and answers are kept, documents are published."""

from typing import Annotated, Any

from litestar import Request, Response
from litestar.params import HeaderParameter, PathParameter, QueryParameter

from core.errors import PRECONDITION_FAILED, TOO_LARGE
from core.help import errors, schemas
from core.help.services import documents, editing
from core.sdk import Ctx, JSONBody, Page, PathId, delete, get, post, put, staff

IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", max_length=100, description="The ETag that was read; 412 if it is old."),
]
OfGroup = Annotated[str | None, QueryParameter(max_length=64, description="Only this group; absent: every group.")]
Kind = Annotated[
    str, PathParameter(max_length=64, pattern=r"^[a-z][a-z0-9-]*$(?!\n)", description="Kind of the document.")
]
Version = Annotated[
    str,
    PathParameter(max_length=32, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$(?!\n)", description="A version not used yet."),
]
Title = Annotated[str, QueryParameter(min_length=1, max_length=200, pattern=r"\S", description="Title to be shown.")]
FileName = Annotated[
    str,
    QueryParameter(min_length=1, max_length=200, pattern=r'^[^/\\\x00-\x1f"]+$(?!\n)', description="Name of the file."),
]
Link = Annotated[
    str | None, QueryParameter(max_length=1000, pattern=r"^https?://\S+$(?!\n)", description="Where more is.")
]
EDIT, PUBLISH = staff("help.edit"), staff("help.publish")
_TAGS = ["staff"]
_FILE_LIMIT = 100_000_000


def _with_etag(entry: Any) -> Response[Any]:
    return Response(entry, headers={"ETag": editing.etag(entry)})


# ---- groups
@get("/api/v1/staff/help/groups", access=EDIT, operation_id="staff_help_groups", tags=_TAGS)
async def groups(ctx: Ctx) -> Page[schemas.HelpGroupEntry]:
    """List the groups of questions, empty ones too."""
    return Page(await editing.groups(ctx))


@post("/api/v1/staff/help/groups", access=EDIT, operation_id="staff_add_help_group", creating=True, tags=_TAGS)
async def add_group(ctx: Ctx, data: JSONBody[schemas.HelpGroupForm]) -> schemas.HelpGroupEntry:
    """Make a group of questions."""
    return await editing.add_group(ctx, data)


@get("/api/v1/staff/help/groups/{group_id:str}", access=EDIT, operation_id="staff_help_group", tags=_TAGS)
async def group(ctx: Ctx, group_id: PathId) -> Response[schemas.HelpGroupEntry]:
    """Read a group; the ETag goes into If-Match of a change."""
    return _with_etag(await editing.group(ctx, group_id))


@put(
    "/api/v1/staff/help/groups/{group_id:str}",
    access=EDIT,
    operation_id="staff_change_help_group",
    raises=[PRECONDITION_FAILED],
    tags=_TAGS,
)
async def change_group(
    ctx: Ctx, group_id: PathId, data: JSONBody[schemas.HelpGroupForm], if_match: IfMatch = None
) -> Response[schemas.HelpGroupEntry]:
    """Rename a group or move it."""
    return _with_etag(await editing.change_group(ctx, group_id, data, if_match))


@delete(
    "/api/v1/staff/help/groups/{group_id:str}",
    access=EDIT,
    operation_id="staff_remove_help_group",
    status_code=204,
    raises=[PRECONDITION_FAILED, errors.GROUP_NOT_EMPTY],
    tags=_TAGS,
)
async def remove_group(ctx: Ctx, group_id: PathId, if_match: IfMatch = None) -> None:
    """Remove a group without questions."""
    await editing.remove_group(ctx, group_id, if_match)


# ---- questions
@get("/api/v1/staff/help/questions", access=EDIT, operation_id="staff_help_questions", tags=_TAGS)
async def questions(ctx: Ctx, group: OfGroup = None) -> Page[schemas.HelpQuestionEntry]:
    """List the questions as they are written."""
    return Page(await editing.questions(ctx, group))


@post("/api/v1/staff/help/questions", access=EDIT, operation_id="staff_add_help_question", creating=True, tags=_TAGS)
async def add_question(ctx: Ctx, data: JSONBody[schemas.HelpQuestionForm]) -> schemas.HelpQuestionEntry:
    """Write a question and its answer."""
    return await editing.add_question(ctx, data)


@get("/api/v1/staff/help/questions/{question_id:str}", access=EDIT, operation_id="staff_help_question", tags=_TAGS)
async def question(ctx: Ctx, question_id: PathId) -> Response[schemas.HelpQuestionEntry]:
    """Read a question; the ETag goes into If-Match of a change."""
    return _with_etag(await editing.question(ctx, question_id))


@put(
    "/api/v1/staff/help/questions/{question_id:str}",
    access=EDIT,
    operation_id="staff_change_help_question",
    raises=[PRECONDITION_FAILED],
    tags=_TAGS,
)
async def change_question(
    ctx: Ctx, question_id: PathId, data: JSONBody[schemas.HelpQuestionForm], if_match: IfMatch = None
) -> Response[schemas.HelpQuestionEntry]:
    """Rewrite a question, or move it."""
    return _with_etag(await editing.change_question(ctx, question_id, data, if_match))


@delete(
    "/api/v1/staff/help/questions/{question_id:str}",
    access=EDIT,
    operation_id="staff_remove_help_question",
    status_code=204,
    raises=[PRECONDITION_FAILED],
    tags=_TAGS,
)
async def remove_question(ctx: Ctx, question_id: PathId, if_match: IfMatch = None) -> None:
    """Remove a question."""
    await editing.remove_question(ctx, question_id, if_match)


# ---- documents
@put(
    "/api/v1/staff/documents/{kind:str}/versions/{version:str}/text",
    access=PUBLISH,
    operation_id="staff_publish_text",
    raises=[errors.VERSION_TAKEN],
    tags=_TAGS,
)
async def publish_text(
    ctx: Ctx, kind: Kind, version: Version, data: JSONBody[schemas.HelpDocumentText]
) -> schemas.HelpDocumentItem:
    """Publish a version of a document as plain text; it is the newest from now on."""
    return await documents.publish_text(ctx, kind, version, data)


@put(
    "/api/v1/staff/documents/{kind:str}/versions/{version:str}/file",
    access=PUBLISH,
    operation_id="staff_publish_file",
    request_max_body_size=_FILE_LIMIT,
    raises=[errors.VERSION_TAKEN, TOO_LARGE],
    tags=_TAGS,
)
async def publish_file(
    request: Request[Any, Any, Any],
    ctx: Ctx,
    kind: Kind,
    version: Version,
    title: Title,
    name: FileName,
    link: Link = None,
) -> schemas.HelpDocumentItem:
    """Publish a version of a document; the body is the file itself, the newest from now on."""
    return await documents.publish_file(ctx, kind, version, title, name, link, request.stream())


ROUTES = (
    groups,
    add_group,
    group,
    change_group,
    remove_group,
    questions,
    add_question,
    question,
    change_question,
    remove_question,
    publish_text,
    publish_file,
)
