"""Ends calls that staff want ended: they say so in any process, the one with the call does it."""

import asyncio
import logging

from sessions_app.engine.core.errors import BusyError, traced
from sessions_app.engine.core.states import EndReason
from sessions_app.engine.session.registry import Registry
from sessions_app.runtime.store import Store
from sessions_app.services import calls

logger = logging.getLogger(__name__)

LOOK_S = 2.0
"""How often the database is asked for them: one query, while there are calls."""


async def end_flagged_calls(store: Store, registry: Registry) -> None:
    """Ends calls whose rows say that staff want it, until it is cancelled."""
    while True:
        await asyncio.sleep(LOOK_S)
        ids = [session.call_id for session in registry if session.live]
        if not ids:
            continue
        try:
            asked = set(await store.run(calls.asked_to_end, ids))
        except BusyError:
            continue  # a database that is away is asked again
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look may succeed
            logger.error("which calls staff end could not be asked: %s", traced(error))
            continue
        for session in registry:
            if session.call_id in asked:
                session.end_soon(EndReason.STAFF_ENDED)
