"""«Новый сертификат» (EDO-06, EDO-07): the registry is the common one of `core.signatures`."""

from core.sdk import FIELD_REQUIRED, Context, ErrorKind, FieldProblem, Problem, UnitOfWork, new_id
from core.signatures.public import Organisation, read_certificate, register
from core.uploads.public import content, remove
from plugins.edo import errors, store
from plugins.edo.permissions import VIEW
from plugins.edo.schemas.documents import EdoContract
from plugins.edo.schemas.signing import EdoCertificateAdded, EdoNewCertificate
from plugins.edo.services import access, files

ADDED = "Сертификат успешно добавлен"
_MOST_BYTES = 65_536
"""No certificate is longer; one byte more is read, to be refused."""


def _refused(field: str, kind: ErrorKind, **params: object) -> Problem:
    return Problem(errors.CERTIFICATE_NOT_ADDED, errors=[FieldProblem(field, kind, params)])


async def add(ctx: Context, data: EdoNewCertificate) -> EdoCertificateAdded:
    """Registers a certificate for an organisation of an own contract. Raises Problem «Сертификат не добавлен»."""
    await access.agreements(ctx)
    if not data.inn:
        raise _refused("inn", FIELD_REQUIRED)
    if not data.file:
        raise _refused("file", FIELD_REQUIRED)
    contract = await ctx.reader.first(store.ORGANISATION, inn=data.inn, **ctx.visible(VIEW.name))
    if contract is None:
        raise _refused("inn", errors.NOT_OWN_ORGANISATION)
    async with ctx.uow() as uow:
        try:
            certificate_id = await _register(ctx, uow, contract, data.file)
        except Problem as problem:
            if problem.errors:
                raise Problem(errors.CERTIFICATE_NOT_ADDED, errors=problem.errors) from problem
            raise _refused("file", problem.kind, **problem.params) from problem
        return await uow.answer(EdoCertificateAdded(certificate_id, ADDED))


async def _register(ctx: Context, uow: UnitOfWork, contract: EdoContract, upload_id: str) -> str:
    file = await files.taken(uow, ctx.actor.id, upload_id, f"edo.certificate:{new_id()}")
    head = [piece async for piece in content(ctx, file, end=_MOST_BYTES + 1)]
    certificate = read_certificate(b"".join(head))
    organisation = Organisation(contract.inn, contract.kpp, contract.name)
    certificate_id = await register(uow, ctx.actor.id, organisation, certificate)
    await remove(uow, [file.id])  # the registry has its bytes
    return certificate_id
