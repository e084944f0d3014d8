"""The brokers to test with: the embedded one always, real servers when ABONENT_TEST_BROKERS is set."""

import os

import pika
import redis

REDIS = os.environ.get("ABONENT_TEST_REDIS", "redis://127.0.0.1:6379/0")
RABBITMQ = os.environ.get("ABONENT_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672/")
SERVERS = [REDIS, RABBITMQ] if os.environ.get("ABONENT_TEST_BROKERS") else []
BROKERS = ["embedded", *SERVERS]


def remove_queue(broker: str, queue: str) -> None:
    """Leaves nothing of a test's queue on the server."""
    if broker.startswith("redis"):
        client = redis.Redis.from_url(broker)
        for key in client.scan_iter(f"{queue}:*"):
            client.delete(key)
        client.close()
    elif broker.startswith("amqp"):
        connection = pika.BlockingConnection(pika.URLParameters(broker))
        for suffix in ("", ".DQ", ".XQ"):
            connection.channel().queue_delete(queue + suffix)
        connection.close()
