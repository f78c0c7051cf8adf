"""Ends calls that staff have flagged: any process sets the flag, the call's own one ends it."""

import asyncio
import logging

from sessions_app.engine.core.errors import BusyError, traced
from sessions_app.engine.core.states import EndReason
from sessions_app.engine.session.registry import Registry
from sessions_app.runtime.store import Store
from sessions_app.services import calls

logger = logging.getLogger(__name__)

POLL_S = 2.0
"""Between two queries for flagged calls, while there are calls.

Lower costs queries; higher makes staff wait.
"""


async def end_flagged_calls(store: Store, registry: Registry) -> None:
    """Ends this process's calls whose rows are flagged; runs until it is cancelled."""
    while True:
        await asyncio.sleep(POLL_S)
        ids = [session.call_id for session in registry if session.live]
        if not ids:
            continue
        try:
            flagged = set(await store.run(calls.asked_to_end, ids))
        except BusyError:
            continue  # the database is down: the next query may succeed
        except Exception as error:  # noqa: BLE001 - whatever it is, the next query may succeed
            logger.error("the calls that staff want ended could not be read: %s", traced(error))
            continue
        for session in registry:
            if session.call_id in flagged:
                session.end_soon(EndReason.STAFF_ENDED)
