"""Logs: one JSON object a line on standard error. No bodies, no headers, no paths: only what operators need."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from core.values import without_addresses

_TOKEN = re.compile(r"\bab[skcd]_[\w-]+")


def _blotted(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Without addresses of mailboxes and without our tokens: what an error says is not in our hands."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _TOKEN.sub("…", without_addresses(value))
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    _blotted,
]


def configure(level: str = "INFO") -> None:
    """Sends structlog and the standard library's loggers through one JSON renderer."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(ensure_ascii=False), foreign_pre_chain=_SHARED
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "alembic", "pika", "dramatiq"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
