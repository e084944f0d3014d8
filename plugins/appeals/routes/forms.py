"""The catalogue, the wizard, drafts and sending."""

from typing import Annotated

from litestar.params import QueryParameter

from core.contracts.public import ADMINISTRATOR_EXISTS
from core.roles.public import REQUEST_OPEN
from core.sdk import ACCOUNT, TOO_MANY_REQUESTS, Ctx, JSONBody, Page, PathId, delete, get, post, put
from plugins.appeals import errors
from plugins.appeals.schemas.forms import (
    AppealForm,
    AppealKindForm,
    AppealKindItem,
    AppealOrganisations,
    AppealSending,
    AppealSubmission,
    AppealValues,
)
from plugins.appeals.services import forms, organisations, sending, wizard

StepName = Annotated[str | None, QueryParameter(max_length=40, description="A step that has been reached.")]
InnText = Annotated[str, QueryParameter(name="inn", max_length=20, description="10 or 12 digits.")]
_TAGS = ["appeals"]
_EDITING = [errors.SENDING, errors.NOT_EDITABLE, errors.CHANGED]


@get("/api/v1/appeals/kinds", access=ACCOUNT, operation_id="appeal_kinds", tags=_TAGS)
async def appeal_kinds(ctx: Ctx) -> Page[AppealKindItem]:
    """List the kinds of appeals with the topics and sections that lead to each."""
    return forms.kinds(ctx)


@get("/api/v1/appeals/kinds/{kind:str}", access=ACCOUNT, operation_id="appeal_kind", tags=_TAGS)
async def appeal_kind(ctx: Ctx, kind: PathId) -> AppealKindForm:
    """Read a kind with its whole form: steps, fields, documents, and the JSON Schema of each step."""
    return forms.kind(ctx, kind)


@get(
    "/api/v1/appeals/organisations",
    access=ACCOUNT,
    operation_id="find_organisations",
    raises=[errors.DIRECTORY_DOWN, TOO_MANY_REQUESTS],
    tags=_TAGS,
)
async def find_organisations(ctx: Ctx, inn: InnText) -> AppealOrganisations:
    """Find organisations by INN."""
    return await organisations.find(ctx, inn, extended=False)


@get(
    "/api/v1/appeals/organisations/extended",
    access=ACCOUNT,
    operation_id="find_organisations_further",
    raises=[errors.DIRECTORY_DOWN, TOO_MANY_REQUESTS],
    tags=_TAGS,
)
async def find_organisations_further(ctx: Ctx, inn: InnText) -> AppealOrganisations:
    """Find organisations by INN in the second directory («К расширенному поиску»)."""
    return await organisations.find(ctx, inn, extended=True)


@post(
    "/api/v1/appeals",
    access=ACCOUNT,
    operation_id="begin_appeal",
    creating=True,
    raises=[TOO_MANY_REQUESTS],
    tags=_TAGS,
)
async def begin_appeal(ctx: Ctx, data: JSONBody[AppealValues]) -> AppealForm:
    """Begin an appeal with the step «Тип обращения»: `contract` (or `none`), `topic`, `section`, `subsection`."""
    return await wizard.begin(ctx, data.values)


@get(
    "/api/v1/appeals/{appeal_id:str}/form",
    access=ACCOUNT,
    operation_id="appeal_form",
    raises=[errors.SENDING, errors.NOT_EDITABLE, errors.NO_SUCH_STEP, errors.NOT_YET],
    tags=_TAGS,
)
async def appeal_form(ctx: Ctx, appeal_id: PathId, step: StepName = None) -> AppealForm:
    """Read an appeal that is being filled in, at a step or at the first that is not done."""
    return await wizard.form(ctx, appeal_id, step)


@put(
    "/api/v1/appeals/{appeal_id:str}/steps/{step:str}",
    access=ACCOUNT,
    operation_id="submit_appeal_step",
    raises=[*_EDITING, errors.NO_SUCH_STEP, errors.NOT_YET, errors.DIRECTORY_DOWN],
    tags=_TAGS,
)
async def submit_appeal_step(ctx: Ctx, appeal_id: PathId, step: PathId, data: JSONBody[AppealValues]) -> AppealForm:
    """Submit a step («Дальше»); it is stored only when it is complete. The answer shows what comes next."""
    return await wizard.submit(ctx, appeal_id, step, data.values)


@put(
    "/api/v1/appeals/{appeal_id:str}/draft",
    access=ACCOUNT,
    operation_id="save_appeal_draft",
    status_code=204,
    raises=[*_EDITING, errors.NO_DRAFTS, errors.TOO_EARLY],
    tags=_TAGS,
)
async def save_appeal_draft(ctx: Ctx, appeal_id: PathId) -> None:
    """Keep what was completed as a draft, from the third step on."""
    await wizard.save(ctx, appeal_id)


@delete(
    "/api/v1/appeals/{appeal_id:str}",
    access=ACCOUNT,
    operation_id="discard_appeal",
    status_code=204,
    raises=_EDITING,
    tags=_TAGS,
)
async def discard_appeal(ctx: Ctx, appeal_id: PathId) -> None:
    """Throw away an appeal that has not been sent."""
    await wizard.discard(ctx, appeal_id)


@post(
    "/api/v1/appeals/{appeal_id:str}/submission",
    access=ACCOUNT,
    operation_id="send_appeal",
    creating=True,
    status_code=202,
    raises=[*_EDITING, errors.NOT_YET, errors.DIRECTORY_DOWN, ADMINISTRATOR_EXISTS, REQUEST_OPEN],
    tags=_TAGS,
)
async def send_appeal(ctx: Ctx, appeal_id: PathId, data: JSONBody[AppealSubmission]) -> AppealSending:
    """Send a completed appeal, with the signature of every document where its kind is signed."""
    return await sending.submit(ctx, appeal_id, data)


ROUTES = (
    appeal_kinds,
    appeal_kind,
    find_organisations,
    find_organisations_further,
    begin_appeal,
    appeal_form,
    submit_appeal_step,
    save_appeal_draft,
    discard_appeal,
    send_appeal,
)
