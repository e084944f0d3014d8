"""Rows of the exchange as a company's system writes them: one JSON object a line, defaults left out.

Declared here once more, on purpose: a supplier's billing knows the documented format, not the cabinet's classes.
"""

from collections.abc import Sequence
from datetime import date

import msgspec


class Row(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A line of a dataset."""


class ContractRow(Row, frozen=True, gc=False):
    """`contracts`"""

    id: str
    number: str
    name: str
    inn: str
    kpp: str | None = None
    branch: str = ""
    address: str = ""
    signed_on: date | None = None
    closed_on: date | None = None
    signature: str | None = None


class EmailRow(Row, frozen=True, gc=False):
    """`contract_emails`"""

    contract_id: str
    email: str


class ContactsRow(Row, frozen=True, gc=False):
    """`contract_contacts`"""

    contract_id: str
    branch_head: str
    branch_phone: str
    branch_address: str
    curator: str
    curator_phone: str
    curator_email: str


class AnnexRow(Row, frozen=True, gc=False):
    """`annexes`"""

    id: str
    contract_id: str
    name: str
    file_name: str
    signed_on: date


class ObjectRow(Row, frozen=True, gc=False):
    """`energy_objects`"""

    id: str
    contract_id: str
    number: str
    name: str
    address: str = ""
    price_category: int = 1


class PointRow(Row, frozen=True, gc=False):
    """`metering_points`"""

    id: str
    energy_object_id: str
    name: str
    by_message: bool = False
    complex_code: str = ""


class MeterRow(Row, frozen=True, gc=False):
    """`meters`"""

    id: str
    metering_point_id: str
    number: str
    model: str
    coefficient: str = "1"
    loss_percent: str = "0"
    digits: int = 6
    installed_on: date | None = None
    verified_until: date | None = None


class RegisterRow(Row, frozen=True, gc=False):
    """`registers`"""

    meter_id: str
    code: str
    name: str
    sort: int = 0


class WindowRow(Row, frozen=True, gc=False):
    """`readings.windows`"""

    contract_id: str
    month: date
    opens_on: date
    closes_on: date
    closed: bool = False


class PreviousRow(Row, frozen=True, gc=False):
    """`readings.previous`"""

    meter_id: str
    register: str
    value: str
    month: date


class StateRow(Row, frozen=True, gc=False):
    """`readings.states`"""

    kind: str
    """object, meter"""
    id: str
    status: str
    note: str = ""
    max_power: str | None = None
    """kW"""


class HistoryRow(Row, frozen=True, gc=False):
    """`readings.history`"""

    meter_id: str
    month: date
    register: str
    value: str
    consumption: str


class PointHistoryRow(Row, frozen=True, gc=False):
    """`readings.point_history`"""

    metering_point_id: str
    month: date
    value: str


class PeakHourRow(Row, frozen=True, gc=False):
    """`readings.peak_hours`"""

    region: str
    day: date
    hour: int


class PeakSpan(Row, frozen=True, gc=False):
    """Hours in a row."""

    first_hour: int
    last_hour: int


class PeakRangeRow(Row, frozen=True):
    """`readings.peak_ranges`"""

    zone: int
    month: date
    ranges: list[PeakSpan]


class BillRow(Row, frozen=True, gc=False):
    """`payments.bills`"""

    id: str
    contract_id: str
    number: str
    kind: str
    issued_on: date
    amount: str
    remaining: str
    due_on: date | None
    month: date
    penalty: bool = False


class BalanceRow(Row, frozen=True, gc=False):
    """`payments.balances`"""

    contract_id: str
    advance: str
    overpayment: str


class DocumentRow(Row, frozen=True, gc=False):
    """`payments.documents`"""

    id: str
    contract_id: str
    kind: str
    number: str
    issued_on: date
    file_name: str
    month: date
    bill_id: str | None = None


class ExecutedRow(Row, frozen=True, gc=False):
    """`payments.executed`"""

    id: str
    contract_id: str
    paid_on: date
    number: str
    amount: str
    status: str
    purpose: str
    bank: str


DATASETS: dict[str, type[Row]] = {
    "contracts": ContractRow,
    "contract_emails": EmailRow,
    "contract_contacts": ContactsRow,
    "annexes": AnnexRow,
    "energy_objects": ObjectRow,
    "metering_points": PointRow,
    "meters": MeterRow,
    "registers": RegisterRow,
    "readings.windows": WindowRow,
    "readings.previous": PreviousRow,
    "readings.states": StateRow,
    "readings.history": HistoryRow,
    "readings.point_history": PointHistoryRow,
    "readings.peak_hours": PeakHourRow,
    "readings.peak_ranges": PeakRangeRow,
    "payments.bills": BillRow,
    "payments.balances": BalanceRow,
    "payments.documents": DocumentRow,
    "payments.executed": ExecutedRow,
}
"""In the order in which they are loaded: what is referred to comes first."""


class Tree(msgspec.Struct, gc=False):
    """A contract with all that stands under it: rows by dataset."""

    contracts: list[ContractRow] = []
    contract_emails: list[EmailRow] = []
    contract_contacts: list[ContactsRow] = []
    annexes: list[AnnexRow] = []
    energy_objects: list[ObjectRow] = []
    metering_points: list[PointRow] = []
    meters: list[MeterRow] = []
    registers: list[RegisterRow] = []
    windows: list[WindowRow] = []
    previous: list[PreviousRow] = []
    states: list[StateRow] = []
    history: list[HistoryRow] = []
    point_history: list[PointHistoryRow] = []
    peak_hours: list[PeakHourRow] = []
    """Of the whole market; with the first contract."""
    peak_ranges: list[PeakRangeRow] = []
    """Likewise."""
    bills: list[BillRow] = []
    balances: list[BalanceRow] = []
    documents: list[DocumentRow] = []
    executed: list[ExecutedRow] = []

    def rows(self, dataset: str) -> Sequence[Row]:
        """The rows of one dataset."""
        found: Sequence[Row] = getattr(self, dataset.rpartition(".")[2])
        return found
