"""Work behind services."""

from typing import Any

from core.sdk import Job
from plugins.services.services import processing
from plugins.services.services.processing import OfferBill

JOBS: tuple[Job[Any], ...] = (Job("services.offer_bill", processing.offer_bill, OfferBill),)
