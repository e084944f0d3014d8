"""Loads NDJSON of any length into a dataset: strict, idempotent, in flat memory, an answer for every row."""

from core.exchange.loader.loading import load as load
from core.exchange.loader.plan import plan_of as plan_of
