"""What the company's systems feed in (HHD-02, HHD-23)."""

from typing import Any

from core.contracts.public import Contract
from core.sdk import Dataset, Reference
from plugins.household.models import House, HouseholdAccount, HouseholdMeter, HouseholdPrevious, Schedule
from plugins.household.schemas.company import (
    HouseholdAccountRow,
    HouseholdAttachmentRow,
    HouseholdBilledRow,
    HouseholdMeterRow,
    HouseholdPreviousRow,
    HouseholdScheduleRow,
    HouseRow,
)
from plugins.household.services import feeds

DATASETS: tuple[Dataset[Any], ...] = (
    Dataset("household.houses", HouseRow, title="Адреса домов", table=House, values=feeds.house_values),
    Dataset(
        "household.accounts",
        HouseholdAccountRow,
        title="Лицевые счета бытовых потребителей",
        references=(Reference("house_id", House.id),),
        apply=feeds.load_accounts,
    ),
    Dataset(
        "household.meters",
        HouseholdMeterRow,
        title="Приборы учёта бытовых потребителей",
        table=HouseholdMeter,
        references=(Reference("account_id", HouseholdAccount.id),),
        values=feeds.meter_values,
    ),
    Dataset(
        "household.previous",
        HouseholdPreviousRow,
        title="Предыдущие показания бытовых потребителей",
        table=HouseholdPrevious,
        key=("meter_id",),
        references=(Reference("meter_id", HouseholdMeter.id),),
        check=feeds.check_previous,
        values=feeds.previous_values,
    ),
    Dataset(
        "household.attachments",
        HouseholdAttachmentRow,
        title="Прикрепление лицевых счетов",
        references=(Reference("contract_id", Contract.id),),
        apply=feeds.load_attachments,
    ),
    Dataset(
        "household.schedules",
        HouseholdScheduleRow,
        title="Периоды передачи показаний по отделениям",
        table=Schedule,
        key=("branch", "month"),
        check=feeds.check_schedule,
    ),
    Dataset(
        "household.billed",
        HouseholdBilledRow,
        title="Учёт показаний бытовых потребителей в счетах",
        key=("meter_id", "month"),
        references=(Reference("meter_id", HouseholdMeter.id),),
        apply=feeds.load_billed,
    ),
)
