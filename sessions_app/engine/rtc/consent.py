"""Whether a client that fell silent is there, asked as consent is checked (RFC 7675).

Leans on aioice's internals: its own checks take half a minute to notice.
"""

from typing import Any

from aioice import stun

ASKED_AGAIN = 2
"""Times that a question is sent again, after half a second and after another one."""

_COMPONENT = 1


async def is_there(connection: Any) -> bool:
    """Asks the client of an aioice connection whether it is there; returns within 4 s.

    It is what a consent check is (RFC 7675): a binding request, whose answer is signed.
    """
    pair = connection._nominated.get(_COMPONENT)
    if pair is None or connection.remote_password is None:
        return False
    try:
        await pair.protocol.request(
            connection.build_request(pair, nominate=False),
            pair.remote_addr,
            integrity_key=connection.remote_password.encode(),
            retransmissions=ASKED_AGAIN,
        )
    except (stun.TransactionError, OSError, AttributeError):  # the last from a closed socket
        return False
    return True
