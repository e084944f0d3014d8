"""What adapters take from their surroundings: secrets from the environment, trusted authorities from files."""

import os
import ssl

from core.config import ConfigError


def from_environment(variable: str, where: str) -> str:
    """The value of an environment variable that the setting `where` names. Raises ConfigError when it has none."""
    value = os.environ.get(variable, "") if variable else ""
    if not value:
        raise ConfigError(f"{where}: the environment variable {variable!r} is not set")
    return value


def tls_context(ca_file: str) -> ssl.SSLContext:
    """A client's TLS: certificates and host names checked, by the authorities of `ca_file` or else the system's.

    Raises ConfigError when the file cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"ca_file {ca_file!r}: {error}") from error
