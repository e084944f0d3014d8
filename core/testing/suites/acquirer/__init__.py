"""What every acquirer must do, over a real connection to a gateway that misbehaves on demand."""

from core.testing.suites.acquirer.harness import AcquirerHarness as AcquirerHarness
from core.testing.suites.acquirer.harness import Behaviour as Behaviour
from core.testing.suites.acquirer.harness import Call as Call
from core.testing.suites.acquirer.harness import Fault as Fault
from core.testing.suites.acquirer.harness import order_of as order_of
from core.testing.suites.acquirer.money import MoneyCases
from core.testing.suites.acquirer.trouble import TroubleCases


class AcquirerSuite(MoneyCases, TroubleCases):
    """Fixture: `bank`, an AcquirerHarness."""
