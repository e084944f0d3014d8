"""What others may use of identity: the table of accounts (to read, to refer to), the event of an account's end, and the
use cases that other parts and operators need."""

from core.identity.domain import folded_name as folded_name
from core.identity.domain import normal_email as normal_email
from core.identity.domain import normal_phone as normal_phone
from core.identity.errors import ADDRESS_NOT_PROVEN as ADDRESS_NOT_PROVEN
from core.identity.events import AccountClosed as AccountClosed
from core.identity.models import Account as Account
from core.identity.services import limits as limits
from core.identity.services.agreement import agreement_version as agreement_version
from core.identity.services.agreement import initial_agreement_version as initial_agreement_version
from core.identity.services.agreement import publish_agreement as publish_agreement
from core.identity.services.invitations import INVITATION as INVITATION
from core.identity.services.invitations import invite as invite
from core.identity.services.operators import close_staff as close_staff
from core.identity.services.operators import create_service_account as create_service_account
from core.identity.services.operators import create_staff as create_staff
from core.identity.services.operators import disable_service_account as disable_service_account
from core.identity.services.operators import end_sessions as end_sessions
from core.identity.services.operators import set_staff_scopes as set_staff_scopes
from core.identity.services.profile import contact as contact
from core.identity.services.profile import find_client as find_client
from core.identity.services.profile import set_advertising as set_advertising
from core.identity.store import Contact as Contact
