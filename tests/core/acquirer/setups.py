"""Settings for the simulated banks."""

from typing import Any

import msgspec

from core.adapters.acquirer_rbs import RbsSettings
from core.adapters.acquirer_yookassa import YooKassaSettings

KEY = "test-secret-key"
NETWORK = "185.71.76.5"
"""An address of YooKassa's."""


def rbs_settings(url: str, **more: Any) -> RbsSettings:
    """Right unless told otherwise."""
    usual = {
        "base_url": f"{url}/payment/rest",
        "page_url": f"{url}/payment/page?mdOrder={{order_id}}",
        "credentials_env": "TEST_RBS",
        "callback_key_env": "TEST_RBS_KEY",
        "allow_http": True,
        "timeout": 5.0,
    }
    return msgspec.convert(usual | more, RbsSettings)


def yookassa_settings(url: str, **more: Any) -> YooKassaSettings:
    """Right unless told otherwise."""
    usual = {"base_url": f"{url}/v3", "shop_id": "100500", "secret_key_env": "TEST_YOOKASSA", "allow_http": True}
    return msgspec.convert(usual | {"timeout": 5.0} | more, YooKassaSettings)
