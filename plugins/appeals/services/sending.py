"""Sending: signatures are verified, the appeal is registered, and only then everything is stored at once.

An appeal is either being filled in, or it is being sent, or it is open; each step between is one transaction. What
fails leaves it as it was filled in, and a retry is the same `attempt` to whoever registers it.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Sequence
from datetime import timedelta

import msgspec

from core.contracts.public import ADMINISTRATOR_EXISTS, administrator
from core.notifications.public import Notify
from core.ports.files import FilesUnavailable
from core.ports.organisations import Party
from core.roles.public import REQUEST_OPEN
from core.sdk import (
    INVALID,
    Context,
    FieldProblem,
    Later,
    Problem,
    UnitOfWork,
    finishing,
    new_id,
)
from core.signatures.public import (
    CertificateInfo,
    Organisation,
    Power,
    SignedDocument,
    Signer,
    Verdict,
    VerifierUnavailable,
    keep,
    read_certificate,
    register,
    registered,
    verify,
)
from plugins.appeals import domain, errors
from plugins.appeals.notifications import ANSWERS
from plugins.appeals.public import (
    AppealFiled,
    AppealWithdrawn,
    Registrar,
    Registration,
    RegistrationRefused,
    RegistrationUnavailable,
)
from plugins.appeals.schemas.forms import AppealPower, AppealSending, AppealSignature, AppealSubmission
from plugins.appeals.schemas.orders import SendAppeal
from plugins.appeals.services import forms, opening, wizard
from plugins.appeals.services.access import change, kind_of, locked, own, values_of
from plugins.appeals.services.files import bytes_of, certificate, documents, editable
from plugins.appeals.services.sources import held_contract
from plugins.appeals.settings import AppealSettings
from plugins.appeals.settings.kinds import AppealKind
from plugins.appeals.store import appeals as store
from plugins.appeals.store.appeals import AppealRow, FileRow

_AGAIN = timedelta(minutes=1)
ADMINISTRATOR = "administrator"


# ---- the client sends
async def submit(ctx: Context, appeal_id: str, data: AppealSubmission) -> AppealSending:
    """Takes the signatures and begins the sending. Raises Problem while anything is missing."""
    row = await own(ctx, appeal_id)
    editable(row)
    kind = kind_of(ctx, row)
    files = await ctx.reader.all(store.FILES, appeal_id=row.id)
    done = await wizard.still_right(ctx, row, kind, files)
    await _held(ctx, row)
    if done < forms.last_data_step(kind):
        raise Problem(errors.NOT_YET, step=kind.steps[done].title)
    check_signatures(documents(kind, files) if kind.signed else [], data.signatures)
    decoded_power(data.power)
    async with ctx.uow() as uow:
        now = await locked(uow, row.id)
        editable(now)
        if now.version != row.version:
            raise Problem(errors.CHANGED)
        if row.effect == ADMINISTRATOR and row.contract_id:
            await allow_request(uow, row.account_id, row.contract_id)
        return await uow.answer(await begin_sending(uow, row, data), 202)


async def begin_sending(uow: UnitOfWork, row: AppealRow, data: AppealSubmission) -> AppealSending:
    """The appeal is on its way; its outcome follows in a job."""
    attempt = new_id()
    await change(
        uow,
        row.id,
        tab="open",
        state="sending",
        attempt=attempt,
        signatures=msgspec.json.encode(data),
        pending=False,
        failure="",
        failure_text="",
        created_at=uow.now,
        last_at=uow.now,
        version=row.version + 1,
    )
    uow.enqueue(SendAppeal(row.id, attempt))
    uow.audit("appeals.sent", row.id, kind=row.kind)
    return AppealSending(row.id, "sending", domain.SENDING)


async def allow_request(uow: UnitOfWork, account_id: str, contract_id: str) -> None:
    """The role «Администратор» is requested where nobody holds it, and once at a time."""
    await uow.lock(f"appeals.administrator:{account_id}:{contract_id}")
    if await uow.scalar(administrator(contract_id)) is not None:
        raise Problem(ADMINISTRATOR_EXISTS)
    known = await uow.execute(store.OPEN_REQUEST, {"account_id": account_id, "contract_id": contract_id})
    if known.first():
        raise Problem(REQUEST_OPEN)


async def _held(ctx: Context, row: AppealRow) -> None:
    """The contract may have gone since the first step was filled in."""
    if row.contract_id and not await held_contract(ctx, row.account_id, row.contract_id):
        raise Problem(INVALID, errors=[FieldProblem("contract", errors.CONTRACT_UNKNOWN)])


def check_signatures(wanted: Sequence[FileRow], given: Sequence[AppealSignature]) -> None:
    """Every document has one signature, and nothing else has any."""
    signed = [one.file_id for one in given]
    known = {document.id for document in wanted}
    wrong = [
        FieldProblem("signatures", errors.SIGNATURE_MISSING, {"name": document.name})
        for document in wanted
        if document.id not in signed
    ]
    wrong += [
        FieldProblem(f"signatures[{index}].file_id", errors.SIGNATURE_EXTRA)
        for index, file_id in enumerate(signed)
        if file_id not in known or file_id in signed[:index]
    ]
    if wrong:
        raise Problem(INVALID, errors=wrong)


def decoded_power(power: AppealPower | None) -> Power | None:
    """The power of attorney out of its base64."""
    if power is None:
        return None
    try:
        return Power(b64decode(power.xml, validate=True), b64decode(power.signature, validate=True))
    except (NotBase64, ValueError) as error:
        raise Problem(INVALID, errors=[FieldProblem("power", errors.POWER_MALFORMED)]) from error


# ---- the job
async def send(ctx: Context, order: SendAppeal) -> None:
    """Verifies, registers, opens. Runs at least once for an attempt; only one run has effects."""
    row = await ctx.reader.first(store.APPEAL, appeal_id=order.appeal_id)
    if row is None or row.state != "sending" or row.attempt != order.attempt:
        return
    kind = kind_of(ctx, row)
    files = await ctx.reader.all(store.FILES, appeal_id=row.id)
    proof = await _proof(ctx, row, kind, files) if kind.signed else None
    if proof and not proof.valid:
        await _fail(ctx, row, kind, errors.KEY_MISMATCH.code, proof.reason)
        return
    filed = opening.fact(ctx, row, files)
    registration = await _registered(ctx, row, kind, filed)
    if registration is not None:
        await _open(ctx, row, kind, files, filed, registration, proof)


class _Proof(msgspec.Struct, frozen=True):
    """What the signatures of an appeal came to."""

    verdicts: list[Verdict]
    party: Party
    attached: CertificateInfo | None

    @property
    def valid(self) -> bool:
        return all(verdict.valid for verdict in self.verdicts)

    @property
    def reason(self) -> str:
        return next((verdict.text for verdict in self.verdicts if not verdict.valid), "")


async def _proof(ctx: Context, row: AppealRow, kind: AppealKind, files: Sequence[FileRow]) -> _Proof:
    data = msgspec.json.decode(row.signatures, type=AppealSubmission)
    signatures = {one.file_id: one.signature.encode() for one in data.signatures}
    signed = [SignedDocument(file.id, file.stored_key, signatures.get(file.id, b"")) for file in documents(kind, files)]
    party = forms.party_of(row)
    if party is None:
        raise RuntimeError(f"the signed appeal {row.id} names no organisation")
    attached = await _attached(ctx, row, kind, files)
    fingerprint = "" if attached else await _chosen(ctx, row, party)
    signer = Signer(row.account_id, party.inn, attached, fingerprint, decoded_power(data.power))
    try:
        return _Proof(await verify(ctx, signer, signed), party, attached)
    except (VerifierUnavailable, FilesUnavailable) as error:
        raise Later(_AGAIN) from error


async def _attached(ctx: Context, row: AppealRow, kind: AppealKind, files: Sequence[FileRow]) -> CertificateInfo | None:
    """The certificate of the form, if one was attached to be registered."""
    file = certificate(kind, files)
    if file is None or values_of(row).get("certificate", {}).get("certificate"):
        return None
    return read_certificate(await bytes_of(ctx, file))


async def _chosen(ctx: Context, row: AppealRow, party: Party) -> str:
    """The fingerprint of the registered certificate that was chosen; one that is gone matches nothing."""
    certificate_id = str(values_of(row).get("certificate", {}).get("certificate", "")).partition(":")[0]
    found = await registered(ctx, row.account_id, certificate_id, party.inn)
    return found.fingerprint if found else "none"


async def _registered(ctx: Context, row: AppealRow, kind: AppealKind, filed: AppealFiled) -> Registration | None:
    """The registration: of the exchange if it came that way, else asked for; None: it has to be waited for."""
    if row.registered_at is not None:
        return Registration(row.number or "", row.registered_at)
    if row.failure:
        await _fail(ctx, row, kind, row.failure, row.failure_text)
        return None
    try:
        registration = await ctx.port(Registrar).register(filed)
    except RegistrationUnavailable as error:
        raise Later(_AGAIN) from error
    except RegistrationRefused as error:
        await _fail(ctx, row, kind, errors.REGISTRATION_REFUSED.code, str(error))
        return None
    if registration is None and not row.pending:
        async with finishing(ctx) as uow:
            now = await locked(uow, row.id)
            if now.attempt == row.attempt and not now.pending:
                await change(uow, row.id, pending=True)
                uow.emit(filed, subject=row.id)
    return registration


async def _fail(
    ctx: Context, row: AppealRow, kind: AppealKind, code: str, reason: str, *, registered_as: str | None = None
) -> None:
    """The appeal is filled in again, with everything it had; kinds that keep drafts are among the drafts.

    `registered_as`: the other side has registered it nevertheless, and is told that nothing comes of it.
    """
    email = ctx.settings(AppealSettings).support_email
    told = errors.KEY_MISMATCH if code == errors.KEY_MISMATCH.code else errors.REGISTRATION_REFUSED
    text = told.text("ru", {"email": email})
    async with finishing(ctx) as uow:
        now = await locked(uow, row.id)
        if now.state != "sending" or now.attempt != row.attempt:
            return
        await change(
            uow,
            row.id,
            tab="drafts" if kind.drafts else "none",
            state="draft" if kind.drafts else "filling",
            signatures=b"",
            number=None,
            registered_at=None,
            failure=told.code,
            failure_text=text,
            last_at=uow.now,
            version=now.version + 1,
        )
        if registered_as is not None:
            uow.emit(AppealWithdrawn(row.id, registered_as, text, uow.now), subject=row.id)
        uow.audit("appeals.sending_failed", row.id, code=code, reason=reason[:500])
        uow.enqueue(
            Notify(ANSWERS.name, f"Обращение «{row.title}» не отправлено", text, accounts=[row.account_id]),
            dedup_key=f"appeals.failed:{row.attempt}",
        )


async def _open(
    ctx: Context,
    row: AppealRow,
    kind: AppealKind,
    files: Sequence[FileRow],
    filed: AppealFiled,
    registration: Registration,
    proof: _Proof | None,
) -> None:
    """Everything at once: the number, the messages, the certificate, the evidence, the fact for the company."""
    try:
        async with finishing(ctx) as uow:
            now = await locked(uow, row.id)
            if now.state != "sending" or now.attempt != row.attempt:
                return
            evidence = await _keep(uow, row, proof) if proof else {}
            await opening.open_appeal(ctx, uow, now, kind, files, filed, registration, evidence)
    except Problem as problem:  # another account has registered the certificate in the meantime
        told = registration.number if registration.number or row.pending else None
        await _fail(ctx, row, kind, errors.KEY_MISMATCH.code, problem.kind.code, registered_as=told)


async def _keep(uow: UnitOfWork, row: AppealRow, proof: _Proof) -> dict[str, str]:
    """file -> evidence; the certificate that was attached is registered now and not before (APL-20)."""
    if proof.attached:
        by_power = any(verdict.power for verdict in proof.verdicts)
        organisation = Organisation(proof.party.inn, proof.party.kpp, proof.party.name)
        await register(uow, row.account_id, organisation, proof.attached, by_power=by_power)
    kept = await keep(uow, row.account_id, proof.verdicts)
    return dict(zip([verdict.document_id for verdict in proof.verdicts], kept, strict=True))
