"""The form of a contract and what is submitted with it."""

from typing import Annotated

from litestar.params import Parameter

from core.sdk import Ctx, Cursor, JSONBody, Limit, Page, PathId, delete, get, permission, post
from plugins.readings import errors
from plugins.readings.permissions import SUBMIT
from plugins.readings.schemas import (
    ReadingsContract,
    ReadingsForm,
    ReadingsReceipt,
    ReadingsSent,
    ReadingsSubmission,
)
from plugins.readings.services import form, submission, withdrawal
from plugins.readings.services.form import FormFilter

Search = Annotated[
    str, Parameter(max_length=200, description="Digits or letters that occur in the number or the name, any case.")
]
Status = Annotated[str | None, Parameter(max_length=200, description="One of the form's `statuses`.")]
ObjectId = Annotated[str | None, Parameter(max_length=64, description="An energy object.")]
Address = Annotated[str | None, Parameter(max_length=200, description="Part of an energy object's address, any case.")]


@get(
    "/api/v1/readings/contracts",
    access=permission(SUBMIT.name),
    operation_id="readings_contracts",
    tags=["readings"],
)
async def readings_contracts(
    ctx: Ctx, search: Search = "", cursor: Cursor = None, limit: Limit = 50
) -> Page[ReadingsContract]:
    """List the contracts that the caller may submit readings for, by number."""
    return await form.contracts(ctx, search, cursor, limit)


@get(
    "/api/v1/readings/contracts/{contract_id:str}",
    access=permission(SUBMIT.name),
    operation_id="readings_form",
    tags=["readings"],
)
async def readings_form(
    ctx: Ctx, contract_id: PathId, status: Status = None, object_id: ObjectId = None, address: Address = None
) -> ReadingsForm:
    """Show the readings of a contract: its window, energy objects, points, meters and registers."""
    return await form.form(ctx, FormFilter(status, object_id, address))


@post(
    "/api/v1/readings/contracts/{contract_id:str}/submissions",
    access=permission(SUBMIT.name, confirmed_email=True),
    operation_id="submit_readings",
    creating=True,
    raises=[errors.NO_WINDOW, errors.WINDOW_CLOSED, errors.STATUS_FORBIDS, errors.NOTHING_SAVED],
    tags=["readings"],
)
async def submit_readings(ctx: Ctx, contract_id: PathId, data: JSONBody[ReadingsSubmission]) -> ReadingsReceipt:
    """Submit readings of any number of meters; the good ones are saved, the others reported."""
    return await submission.submit(ctx, data)


@get(
    "/api/v1/readings/contracts/{contract_id:str}/submissions/{submission_id:str}",
    access=permission(SUBMIT.name),
    operation_id="readings_submission",
    tags=["readings"],
)
async def readings_submission(ctx: Ctx, contract_id: PathId, submission_id: PathId) -> ReadingsSent:
    """Show a submission with the answers of billing."""
    return await submission.sent(ctx, submission_id)


@delete(
    "/api/v1/readings/contracts/{contract_id:str}/submissions/{submission_id:str}",
    access=permission(SUBMIT.name, confirmed_email=True),
    operation_id="withdraw_readings",
    raises=[errors.NO_WINDOW, errors.WINDOW_CLOSED, errors.NOTHING_TO_WITHDRAW],
    status_code=200,
    tags=["readings"],
)
async def withdraw_readings(ctx: Ctx, contract_id: PathId, submission_id: PathId) -> ReadingsSent:
    """Take back what billing has not accepted of a submission, while the window is open."""
    return await withdrawal.withdraw(ctx, submission_id)


ROUTES = (readings_contracts, readings_form, submit_readings, readings_submission, withdraw_readings)
