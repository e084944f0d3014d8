"""The transport of tickets: in memory, Redis or RabbitMQ. It may lose everything; the outbox then sends again."""

from collections.abc import Callable
from typing import Any

import dramatiq
from dramatiq.brokers.stub import StubBroker

from core.config import ConfigError

_TIMEOUT_SECONDS = 10


def connect(url: str, queue: str) -> dramatiq.Broker:
    """The broker that `[jobs] broker` names, unconnected: it connects at the first use. Raises ConfigError.

    It has no middleware: retries, time limits and dead letters are the outbox's business.
    """
    scheme = url.partition("://")[0]
    if scheme == "embedded":
        return StubBroker(middleware=[])
    if scheme in ("redis", "rediss"):
        return _redis(url, queue)
    if scheme in ("amqp", "amqps"):
        return _rabbitmq(url)
    raise ConfigError(f"[jobs] broker: {scheme!r} is none of embedded, redis://..., amqp://...")


def declare(broker: dramatiq.Broker, queue: str, run: Callable[[int, int], None]) -> "dramatiq.Actor[[int, int], None]":
    """The one actor: every job travels as (id, sends) through one queue."""
    return dramatiq.actor(broker=broker, actor_name="abonent.job", queue_name=queue)(run)


def _redis(url: str, queue: str) -> dramatiq.Broker:
    import redis
    from dramatiq.brokers.redis import RedisBroker

    client: Any = redis.Redis.from_url(url, socket_connect_timeout=_TIMEOUT_SECONDS, socket_timeout=_TIMEOUT_SECONDS)
    return RedisBroker(client=client, namespace=queue, middleware=[])  # type: ignore[no-untyped-call]


def _rabbitmq(url: str) -> dramatiq.Broker:
    from dramatiq.brokers.rabbitmq import RabbitmqBroker

    return RabbitmqBroker(url=url, confirm_delivery=True, middleware=[])
