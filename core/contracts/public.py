"""What others may use of contracts: its tables (to read, to refer to), the filters by what the caller may see, and the
two use cases that give an account a contract."""

from core.contracts.errors import ADMINISTRATOR_EXISTS as ADMINISTRATOR_EXISTS
from core.contracts.events import ContractLinked as ContractLinked
from core.contracts.models import Contract as Contract
from core.contracts.models import ContractLink as ContractLink
from core.contracts.models import ContractLinkObject as ContractLinkObject
from core.contracts.models import EnergyObject as EnergyObject
from core.contracts.models import Meter as Meter
from core.contracts.models import MeteringPoint as MeteringPoint
from core.contracts.models import MeterRegister as MeterRegister
from core.contracts.services.links import confirm as confirm
from core.contracts.services.links import grant as grant
from core.contracts.services.links import hold as hold
from core.contracts.services.links import release as release
from core.contracts.store import administrator as administrator
from core.contracts.store import has_administrator as has_administrator
from core.contracts.store import visible_contract as visible_contract
from core.contracts.store import visible_object as visible_object
