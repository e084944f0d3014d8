"""Settings of Diadoc."""

from typing import Annotated

import msgspec


class DiadocSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.edo_operator.diadoc]`, `[adapters.edo_operator_second.diadoc]`"""

    box_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    """The company's box."""
    client_id_env: str = "DIADOC_CLIENT_ID"
    """The environment variable that holds the developer's key (`ddauth_api_client_id`)."""
    login_env: str = "DIADOC_LOGIN"
    """The variable that holds the login of the account that acts."""
    password_env: str = "DIADOC_PASSWORD"  # noqa: S105 - the name of a variable
    """The variable that holds its password."""
    url: str = "https://diadoc-api.kontur.ru"
    allow_http: bool = False
    """True: a URL without TLS is all right."""
    ca_file: str = ""
    """PEM file of the authorities to trust instead of the system's."""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    """Seconds for an answer without a document in it, the whole of it; and for the next piece of one."""
    content_timeout: Annotated[float, msgspec.Meta(gt=0)] = 600.0
    """Seconds for a document, the whole of it, either way."""
    attempts: Annotated[int, msgspec.Meta(ge=1, le=10)] = 3
    """So often events are asked for before the poll gives up until the next time."""
    pause: Annotated[float, msgspec.Meta(ge=0)] = 0.5
    """Seconds before the second attempt; doubled before each further one. `Retry-After` is heeded."""
    max_reply: Annotated[int, msgspec.Meta(gt=0)] = 20_000_000
    """Bytes of an answer without a document in it."""
