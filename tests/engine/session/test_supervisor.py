from itertools import permutations

import pytest

from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.engine.session.supervisor import (
    ABANDONED_S,
    AWAY_S,
    BACK_S,
    Absence,
    ConnectionSnapshot,
    Limits,
    Supervisor,
    Transition,
)

LIMITS = Limits(connect_s=15, silent_s=6, grace_s=30, max_call_s=600)


def sight(
    now: float, *, connected: bool = True, heard: float | None = None, left: bool = False
) -> ConnectionSnapshot:
    return ConnectionSnapshot(now, connected, heard, left)


@pytest.mark.parametrize(
    ("state", "seen", "expected"),
    [
        (CallState.CONNECTING, sight(1, connected=False), Transition(CallState.CONNECTING)),
        (CallState.CONNECTING, sight(1), Transition(CallState.ACTIVE)),
        (
            CallState.CONNECTING,
            sight(14.9, connected=False, heard=3),
            Transition(CallState.CONNECTING),
        ),
        (CallState.CONNECTING, sight(9.9, connected=False), Transition(CallState.CONNECTING)),
        *(
            (
                CallState.CONNECTING,
                sight(now, connected=False, heard=heard),
                Transition(CallState.ENDING, EndReason.NEVER_CONNECTED),
            )
            for now, heard in ((15.1, 3.0), (10.1, None))
        ),
        (CallState.ACTIVE, sight(100, heard=99), Transition(CallState.ACTIVE)),
        (CallState.ACTIVE, sight(100, heard=93), Transition(CallState.RECONNECTING)),
        (
            CallState.ACTIVE,
            sight(100, connected=False, heard=99),
            Transition(CallState.RECONNECTING),
        ),
        (
            CallState.ACTIVE,
            sight(100, heard=99, left=True),
            Transition(CallState.ENDING, EndReason.CALLER_LEFT),
        ),
        (
            CallState.ACTIVE,
            sight(601, heard=600),
            Transition(CallState.ENDING, EndReason.MAX_LENGTH),
        ),
    ],
)
def test_one_look(state: CallState, seen: ConnectionSnapshot, expected: Transition) -> None:
    assert Supervisor(LIMITS, 0.0).next_state(state, seen) == expected


def test_a_lost_client_has_its_grace_and_then_is_given_up() -> None:
    supervisor = Supervisor(LIMITS, 0.0)
    assert (
        supervisor.next_state(CallState.ACTIVE, sight(100, heard=93)).state
        is CallState.RECONNECTING
    )
    waiting = supervisor.next_state(CallState.RECONNECTING, sight(129, heard=93))
    assert waiting == Transition(CallState.RECONNECTING)
    given_up = supervisor.next_state(CallState.RECONNECTING, sight(130.1, heard=93))
    assert given_up == Transition(CallState.ENDING, EndReason.CONNECTION_LOST)


def test_a_client_that_is_heard_again_is_back() -> None:
    supervisor = Supervisor(LIMITS, 0.0)
    supervisor.next_state(CallState.ACTIVE, sight(100, heard=93))
    back = supervisor.next_state(CallState.RECONNECTING, sight(112, heard=111.9))
    assert back == Transition(CallState.ACTIVE)


def test_input_that_stops_ends_a_call_that_lives_by_its_input() -> None:
    supervisor = Supervisor(Limits(input_s=2.0, grace_s=0.0), 0.0)
    seen = ConnectionSnapshot(10.0, connected=True, heard_s=9.9, left=False, media_s=8.5)
    assert supervisor.next_state(CallState.ACTIVE, seen) == Transition(CallState.ACTIVE)
    silent = ConnectionSnapshot(11.0, connected=True, heard_s=10.9, left=False, media_s=8.5)
    assert supervisor.next_state(CallState.ACTIVE, silent).reason is EndReason.CALLER_HUNG_UP
    waiting = ConnectionSnapshot(11.0, connected=True, heard_s=10.9, left=False, media_s=None)
    assert supervisor.next_state(CallState.ACTIVE, waiting) == Transition(CallState.ACTIVE)


@pytest.mark.parametrize(("quiet", "state"), [(59.0, CallState.ACTIVE), (61.0, CallState.ENDING)])
def test_a_call_in_which_nobody_speaks_ends(quiet: float, state: CallState) -> None:
    supervisor = Supervisor(Limits(idle_s=60.0), 0.0)
    seen = ConnectionSnapshot(100.0, True, 99.0, False, quiet_s=quiet)
    verdict = supervisor.next_state(CallState.ACTIVE, seen)
    assert verdict.state is state
    assert verdict.reason is (EndReason.IDLE if state is CallState.ENDING else None)


def test_a_page_that_goes_is_waited_for_and_what_it_closed_does_not_count() -> None:
    here = Absence()
    here.page_closing(100)
    here.socket_closed(100)
    assert here.away
    assert not here.has_left(100 + AWAY_S, 100, closed=True)
    assert here.has_left(100 + AWAY_S + 0.1, 100, closed=True)


def test_a_page_that_is_back_has_time_to_connect() -> None:
    here = Absence()
    here.page_closing(100)
    here.socket_closed(100)
    here.socket_opened(105)
    assert not here.has_left(105 + BACK_S, 100, closed=True)
    assert here.has_left(105 + BACK_S + 0.1, 100, closed=True)
    here.reconnected()
    assert not here.away
    assert not here.has_left(106, 106, closed=False)
    assert here.has_left(107, 106, closed=True), "a goodbye without a word counts at once again"


def test_a_socket_that_is_closed_without_a_word_is_a_goodbye() -> None:
    here = Absence()
    here.socket_closed(100)
    assert not here.has_left(100 + ABANDONED_S, 99, closed=False)
    assert not here.has_left(103 + ABANDONED_S, 103, closed=False), "it is still heard"
    assert here.has_left(100.1 + ABANDONED_S, 99, closed=False)


def test_the_agent_holds_still_while_a_page_is_away() -> None:
    supervisor = Supervisor(LIMITS, 0)
    gone = ConnectionSnapshot(10, True, 10, False, away=True)
    assert supervisor.next_state(CallState.ACTIVE, gone) == Transition(CallState.RECONNECTING)
    back = ConnectionSnapshot(15, True, 15, False)
    assert supervisor.next_state(CallState.RECONNECTING, back) == Transition(CallState.ACTIVE)


SIGNS = ("away", "socket", "connection")


@pytest.mark.parametrize(
    "order", [order for count in range(1, 4) for order in permutations(SIGNS, count)]
)
def test_a_client_that_can_come_back_is_waited_for_whatever_came_first(
    order: tuple[str, ...],
) -> None:
    """What a page says as it goes may be lost, or overtaken; looks come between all of it."""
    here, closed, now = Absence(), False, 100.0
    here.socket_opened(10, returns=True)
    for sign in order:
        closed = closed or sign == "connection"
        if sign == "away":
            here.page_closing(now)
        if sign == "socket":
            here.socket_closed(now)
        assert not here.has_left(now, 100, closed=closed)
        now += 0.3
    assert not here.has_left(99.9 + AWAY_S, 100, closed=closed)
    assert here.away or order == ("socket",), "the agent holds still"
    assert here.has_left(now + AWAY_S, 100, closed=closed)


@pytest.mark.parametrize("order", list(permutations(SIGNS[1:])))
def test_a_page_that_said_nothing_is_back(order: tuple[str, ...]) -> None:
    here = Absence()
    here.socket_opened(10, returns=True)
    closed = False
    for sign in order:
        closed = closed or sign == "connection"
        if sign == "socket":
            here.socket_closed(100)
        assert not here.has_left(100.1, 100, closed=closed)
    here.socket_opened(104, returns=True)
    assert not here.has_left(103 + BACK_S, 100, closed=True)
    here.reconnected()
    assert not here.away
    assert not here.has_left(140, 139, closed=False)
    assert not here.has_left(141, 141, closed=True), "it may be loaded once more"
    assert here.has_left(141.1 + AWAY_S, 141, closed=True)


def test_a_connection_that_is_taken_up_again_ends_the_wait() -> None:
    here = Absence()
    here.socket_opened(10, returns=True)
    assert not here.has_left(100, 100, closed=True)
    assert not here.has_left(101, 101, closed=False)
    assert not here.away
    assert not here.has_left(101 + BACK_S, 101 + BACK_S, closed=False)


def test_a_client_without_a_way_back_has_left_at_once() -> None:
    here = Absence()
    here.socket_opened(10)
    assert here.has_left(100, 100, closed=True)


def test_a_later_word_of_leaving_does_not_shorten_the_wait() -> None:
    here = Absence()
    here.socket_opened(10, returns=True)
    here.page_closing(100)
    here.socket_opened(101, returns=True)
    here.page_closing(101.1)
    assert not here.has_left(101 + BACK_S, 100, closed=True)
