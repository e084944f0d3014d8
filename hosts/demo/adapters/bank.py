"""The `acquirer` port over the simulated bank of `abonent simulate-bank`, whose secrets all the world knows."""

import msgspec

from core.adapters.acquirer_rbs import RbsAcquirer, RbsSettings
from core.adapters.acquirer_rbs.callbacks import by_hmac
from core.sdk import AdapterHost
from hosts.bank import KEY


class DemoBankSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.acquirer.simulator]`"""

    url: str = "http://127.0.0.1:8010"
    """Where the bank listens."""
    callback_url: str = "http://127.0.0.1:8000/api/v1/payments/callback"
    """Where it calls back."""


def make_bank(settings: DemoBankSettings, host: AdapterHost) -> RbsAcquirer:
    """The real adapter of the RBS family, set up for that bank. It may be away: nothing is asked at the start."""
    rbs = RbsSettings(
        base_url=f"{settings.url}/payment/rest",
        page_url=f"{settings.url}/payment/page?mdOrder={{order_id}}",
        credentials_env="",
        callback_url=settings.callback_url,
        receipts=True,
        vat_codes={"none": 0, "0": 1, "10": 2, "22": 11, "22/122": 12},
        allow_http=True,
    )
    credentials = {"userName": "lk-api", "password": "lk-password"}
    return RbsAcquirer(rbs, credentials, host.clock, by_hmac(KEY.encode()))
