"""What the company's CRM feeds in."""

from typing import Any

from core.sdk import Dataset
from plugins.appeals.schemas.company import (
    AppealDocumentRow,
    AppealMessageRow,
    AppealRegistrationRow,
    AppealStateRow,
)
from plugins.appeals.services import company

DATASETS: tuple[Dataset[Any], ...] = (
    Dataset(
        "appeals.registrations",
        AppealRegistrationRow,
        title="Регистрация обращений",
        key=("attempt",),
        apply=company.load_registrations,
    ),
    Dataset(
        "appeals.messages",
        AppealMessageRow,
        title="Сообщения компании в обращениях",
        key=("appeal_id", "id"),
        apply=company.load_messages,
    ),
    Dataset(
        "appeals.documents",
        AppealDocumentRow,
        title="Документы компании в обращениях",
        key=("appeal_id", "id"),
        apply=company.load_documents,
    ),
    Dataset(
        "appeals.states",
        AppealStateRow,
        title="Статусы обращений",
        key=("appeal_id",),
        apply=company.load_states,
    ),
)
