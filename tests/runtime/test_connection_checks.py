"""Checks of the connection: their deadlines, their ids and their tone."""

import asyncio
import time

import pytest

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.events import StateChanged
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.engine.session.supervisor import ConnectionSnapshot, Limits, Supervisor
from sessions_app.proxy.relay import Relay
from sessions_app.runtime import connection_checks, media_processes
from sessions_app.runtime.connection_checks import LONGEST_S, CheckTone
from sessions_app.runtime.media_processes import MediaProcesses, name_of


def test_a_check_ends_by_itself_and_soon_after_its_connection() -> None:
    limits = connection_checks.limits(Limits())
    supervisor = Supervisor(limits, 0.0)
    well = ConnectionSnapshot(LONGEST_S - 1, True, LONGEST_S - 1, left=False)
    assert supervisor.next_state(CallState.ACTIVE, well).state is CallState.ACTIVE
    late = ConnectionSnapshot(LONGEST_S + 1, True, LONGEST_S + 1, left=False)
    assert supervisor.next_state(CallState.ACTIVE, late).reason is EndReason.MAX_LENGTH
    assert limits.grace_s < Limits().grace_s


def test_stricter_limits_of_calls_hold_for_checks_too() -> None:
    strict = Limits(connect_s=1.0, unheard_s=2.0, grace_s=0.5, max_call_s=10.0)
    assert connection_checks.limits(strict) == strict


def test_a_check_hears_as_calls_do_and_answers_nothing() -> None:
    agent = AgentConfig(responder="scribe", greeting="Hello", language="de", phrases=("Ada",))
    listening = connection_checks.listening(agent)
    assert not listening.answers
    assert (listening.language, listening.phrases) == ("de", ("Ada",))


async def test_the_tone_begins_with_the_connection_and_stops_with_the_check() -> None:
    clock = CallClock()
    clock.begin(time.monotonic())
    tone = CheckTone(clock)
    tone.emit(StateChanged(CallState.CONNECTING, None, 0.0))
    assert not tone.playout.has_packet
    tone.emit(StateChanged(CallState.ACTIVE, None, 0.0))
    await asyncio.wait_for(tone.playout.ready(), 5)
    packets = [tone.playout.next_packet() for _ in range(3)]
    assert all(packets)
    tone.emit(StateChanged(CallState.ENDED, None, 0.0))
    await asyncio.sleep(0)
    assert tone.playout.next_packet() is None


async def test_a_check_is_found_in_its_process_without_a_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check = connection_checks.new_id()
    assert name_of(check) == media_processes.NAME
    monkeypatch.setattr(MediaProcesses, "has", lambda _self, name: name == media_processes.NAME)
    relay = Relay(lambda *_: None)  # type: ignore[arg-type] # it serves nothing here
    assert await relay.owner(check) == media_processes.NAME
