"""What adapters take from their surroundings: secrets from the environment, trusted authorities from files."""

import os
import ssl
from urllib.parse import urlsplit

from core.config import ConfigError


def from_environment(variable: str, where: str) -> str:
    """The value of an environment variable that the setting `where` names. Raises ConfigError when it has none."""
    value = os.environ.get(variable, "") if variable else ""
    if not value:
        raise ConfigError(f"{where}: the environment variable {variable!r} is not set")
    return value


def check_url(url: str, where: str, *, allow_http: bool) -> None:
    """Raises ConfigError, naming the setting `where`, for what is no URL of a web service or lacks TLS unasked."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"{where}: not the URL of a web service")
    if parts.scheme == "http" and not allow_http:
        raise ConfigError(f"{where}: not https, set allow_http if that is meant")


def tls_context(ca_file: str) -> ssl.SSLContext:
    """A client's TLS: certificates and host names checked, by the authorities of `ca_file` or else the system's.

    Raises ConfigError when the file cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"ca_file {ca_file!r}: {error}") from error
