"""The exchange: what it contributes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.exchange import errors, jobs, routes
from core.exchange.public import FactAnswered, FactsAnswered
from core.exchange.settings import ExchangeSettings
from core.ports.billing import Billing
from core.sdk import ErrorKind, Event, Hooks, Job, Migrations


class ExchangePlugin(Hooks):
    """Loads of the company's data, the feed of facts, the push to billing."""

    name = "exchange"
    places = ("exchange", "feed", "answers")

    def settings(self) -> type[msgspec.Struct]:
        return ExchangeSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def events(self) -> Sequence[Event]:
        return (Event("exchange.fact_answered", FactAnswered), Event("exchange.facts_answered", FactsAnswered))

    def jobs(self) -> Sequence[Job[Any]]:
        return (jobs.PUSH, jobs.ANSWER)

    def requires(self) -> Sequence[type]:
        return (Billing,)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
