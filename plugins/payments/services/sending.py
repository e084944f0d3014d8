"""«Отправка файла»: a document by e-mail, as soon as there is a file."""

from datetime import timedelta

import msgspec

from core.identity.public import limits, normal_email
from core.notifications.public import Attachment, SendLetter
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Later, Problem, finishing, new_id
from plugins.payments.errors import EMAIL_FORMAT, FILE_TOO_LARGE
from plugins.payments.letters import DOCUMENT
from plugins.payments.schemas.documents import PaymentsSending, PaymentsSent
from plugins.payments.services.documents import title
from plugins.payments.settings import PaymentsSettings
from plugins.payments.store import documents as store
from plugins.payments.store import paying as paying_store

SENT = (
    "Документ будет отправлен на ваш электронный адрес после формирования. "
    "Время подготовки может составить до 10 минут."
)
MOST_BYTES = 15_000_000
_PAUSE = timedelta(seconds=30)


class SendDocument(msgspec.Struct, frozen=True):
    """Send the file of a document; waits until there is one."""

    contract_id: str
    document_id: str
    email: str
    letter_id: str


async def order(ctx: Context, document_id: str, sending: PaymentsSending) -> PaymentsSent:
    """Orders the letter. Raises Problem for a bad address and for what is not a document of the contract."""
    email = normal_email(sending.email)
    if email is None:
        raise Problem(INVALID, errors=[FieldProblem("email", EMAIL_FORMAT)])
    contract_id = ctx.granted.contract_id
    row = await ctx.reader.first(store.FILE, contract_id=contract_id, document_id=document_id)
    if row is None:
        raise Problem(NOT_FOUND)
    if row.size is not None and row.size > MOST_BYTES:
        raise Problem(FILE_TOO_LARGE)
    most = ctx.settings(PaymentsSettings).letters_per_hour
    async with ctx.uow() as uow:
        await limits.count(uow, limits.hourly("payments.letters", ctx.actor.id, most))
        uow.enqueue(SendDocument(contract_id, document_id, email, new_id()))
        uow.audit("payments.document_sent", document_id)
        return await uow.answer(PaymentsSent(SENT), status=202)


async def send(ctx: Context, wanted: SendDocument) -> None:
    """Orders the letter with the file; runs in a job."""
    row = await ctx.reader.first(store.FILE, contract_id=wanted.contract_id, document_id=wanted.document_id)
    number = await ctx.reader.first(paying_store.CONTRACT_NUMBER, contract_id=wanted.contract_id)
    if row is None or number is None:
        return
    if row.stored_key is None or row.size is None:
        raise Later(_PAUSE)
    params = {"title": title(row), "contract": number}
    files = [Attachment(row.stored_key, row.file_name, row.size)]
    async with finishing(ctx) as uow:
        uow.enqueue(SendLetter(DOCUMENT.name, wanted.email, params, files=files, id=wanted.letter_id))
