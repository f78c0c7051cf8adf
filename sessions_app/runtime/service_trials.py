"""Uses the channel layer and the broker once, as `/readyz` and `manage.py doctor` show it."""

import secrets
from typing import Any

from celery import current_app
from channels.layers import get_channel_layer

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


def try_broker() -> str:
    """Connects to the broker, and returns its kind; blocks. Raises what kombu raises."""
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=0, timeout=CONNECT_S)
        channel: Any = broker.channel()
        channel.close()
        return str(broker.transport.driver_name)
