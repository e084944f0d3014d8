"""What the company's systems feed in (EDO-13)."""

from typing import Any

from core.contracts.public import Contract
from core.sdk import Dataset, Reference
from plugins.edo.models import EdoBox
from plugins.edo.schemas.company import EdoBoxRow, EdoDocumentRow, EdoEventRow
from plugins.edo.services import feeds

DATASETS: tuple[Dataset[Any], ...] = (
    Dataset(
        "edo.documents",
        EdoDocumentRow,
        title="Электронные документы",
        references=(Reference("contract_id", Contract.id),),
        apply=feeds.load_documents,
    ),
    Dataset(
        "edo.boxes",
        EdoBoxRow,
        title="Ящики клиентов у операторов ЭДО",
        table=EdoBox,
        key=("contract_id",),
        references=(Reference("contract_id", Contract.id),),
    ),
    Dataset(
        "edo.events",
        EdoEventRow,
        title="Действия с электронными документами",
        check=feeds.check_event,
        apply=feeds.load_events,
    ),
)
