"""Uses the channel layer and the broker once, as `/readyz` and `manage.py doctor` show it."""

import secrets
from typing import Any

from celery import current_app
from channels.layers import get_channel_layer
from kombu.exceptions import ChannelError

CONNECT_S = 2
"""Seconds to wait for a broker; fewer take a slow one for none."""


async def try_channel_layer() -> None:
    """Sends a message through the channel layer; raises what that raises."""
    layer = get_channel_layer()
    channel = await layer.new_channel()
    word = secrets.token_hex(8)
    await layer.send(channel, {"type": "health.check", "word": word})
    answer = await layer.receive(channel)
    if answer["word"] != word:
        raise ValueError("the channel layer answered with another message")


def waiting_messages() -> tuple[str, int]:
    """Returns the broker's kind, and how many messages wait in its queue; blocks.

    Raises what kombu raises. A queue that there is not is empty: Redis keeps no others.
    """
    name = current_app.conf.task_default_queue
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=0, timeout=CONNECT_S)
        channel: Any = broker.channel()
        kind = str(broker.transport.driver_name)
        try:
            return kind, int(channel.queue_declare(name, passive=True).message_count)
        except ChannelError:
            return kind, 0
        finally:
            channel.close()


def try_broker() -> str:
    """Connects to the broker, and returns its kind; blocks. Raises what kombu raises."""
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=0, timeout=CONNECT_S)
        channel: Any = broker.channel()
        channel.close()
        return str(broker.transport.driver_name)
