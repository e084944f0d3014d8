"""The demonstration as a plugin. For demonstrations only: it opens everybody's letters to everybody."""

from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler

from core.ports.billing import Billing
from core.ports.mail import Mail
from core.sdk import Adapter, Hooks
from hosts.demo import routes
from hosts.demo.adapters.bank import DemoBankSettings, make_bank
from hosts.demo.adapters.metering import DemoMeteringSettings, make_metering
from hosts.demo.adapters.operator import DemoOperatorSettings, make_operator
from hosts.demo.adapters.simulator import make_simulator
from hosts.demo.settings import SimulatorSettings


class DemoPlugin(Hooks):
    """Table of contents."""

    name = "demo"
    needs = ("readings",)

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def adapters(self) -> Sequence[Adapter]:
        return (
            Adapter("billing", "simulator", make_simulator, SimulatorSettings),
            Adapter("acquirer", "simulator", make_bank, DemoBankSettings),
            Adapter("metering", "simulator", make_metering, DemoMeteringSettings),
            Adapter("edo_operator", "simulator", make_operator, DemoOperatorSettings),
        )

    def requires(self) -> Sequence[type]:
        return (Mail, Billing)
