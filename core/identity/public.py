"""What others may use of identity."""

from core.identity.domain import normal_email as normal_email
from core.identity.models import Account as Account
from core.identity.services import create_service_account as create_service_account
from core.identity.services import create_staff as create_staff
from core.identity.services import set_advertising as set_advertising
