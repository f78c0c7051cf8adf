"""Which packets are asked for again, when, and when no more."""

from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.rtc.rtp.nack import (
    FIRST_RETRY_MS,
    MAX_REQUESTS,
    MAX_UNANSWERED,
    MIN_RETRY_MS,
    OUTAGE_PACKETS,
    NackRequests,
)


def test_what_is_missing_is_asked_for_at_once_and_once() -> None:
    requests = NackRequests()
    assert requests.due([65_535, 0], 100.0) == [65_535, 0]
    assert requests.due([65_535, 0, 5], 110.0) == [5]
    assert requests.pending
    assert requests.requested == 3


def test_where_packets_come_out_of_order_they_are_waited_for_first() -> None:
    requests = NackRequests()
    assert requests.due([7], 100.0, 15.0) == []
    assert 7 not in requests
    assert not requests.arrived(7, 105.0)
    assert requests.due([8], 105.0, 15.0) == []
    assert requests.due([8], 120.0, 15.0) == [8]
    assert 8 in requests
    assert requests.arrived(8, 150.0)
    assert (requests.requested, requests.answered) == (1, 1)


def test_it_is_asked_again_as_soon_as_answers_take() -> None:
    requests = NackRequests()
    requests.due([1], 0.0)
    assert requests.due([1], FIRST_RETRY_MS - 1) == []
    assert requests.due([1], FIRST_RETRY_MS) == [1]
    requests.arrived(1, 70.0)  # of which request this is the answer is not known
    requests.due([2], 100.0)
    requests.arrived(2, 130.0)
    requests.due([3], 200.0)
    assert requests.due([3], 229.0) == []
    assert requests.due([3], 230.0) == [3]
    requests.arrived(3, 231.0)
    for number in range(10, 40):  # answers come soon now, and one is asked for no sooner than this
        requests.due([number], 1000.0 * number)
        requests.arrived(number, 1000.0 * number + 2)
    requests.due([50], 50_000.0)
    assert requests.due([50], 50_000.0 + MIN_RETRY_MS - 1) == []
    assert requests.due([50], 50_000.0 + MIN_RETRY_MS) == [50]


def test_while_many_come_again_they_are_not_asked_for_once_more() -> None:
    requests = NackRequests()
    missing = list(range(OUTAGE_PACKETS + 20))
    assert requests.due(missing, 0.0) == missing
    for number in range(20):
        assert requests.due(missing[number:], 50.0 + 10 * number) == []
        requests.arrived(number, 50.0 + 10 * number)
    assert requests.due(missing[20:], 1_000.0) == missing[20:]


def test_it_is_asked_for_so_often_and_no_more() -> None:
    requests = NackRequests()
    asked = [at for at in range(0, 10_000, 10) if requests.due([1], float(at))]
    assert len(asked) == MAX_REQUESTS


def test_a_client_that_sends_nothing_again_is_asked_no_more() -> None:
    requests = NackRequests()
    for gap in range(MAX_UNANSWERED):
        assert requests.due([gap], 1000.0 * gap) == [gap]
        assert requests.pending
        requests.give_up([gap])
    assert requests.due([100], 9_000.0) == []
    assert not requests.pending


def test_an_answer_now_and_then_keeps_it_going() -> None:
    requests = NackRequests()
    for gap in range(4 * MAX_UNANSWERED):
        assert requests.due([gap], 1000.0 * gap) == [gap]
        if gap % MAX_UNANSWERED:
            requests.give_up([gap])
        else:
            requests.arrived(gap, 1000.0 * gap + 30)


def test_gaps_that_were_only_late_say_nothing_of_the_client() -> None:
    requests = NackRequests()
    for gap in range(4 * MAX_UNANSWERED):
        requests.due([gap], 1000.0 * gap, 50.0)
        requests.give_up([gap])
    assert requests.due([100], 90_000.0) == [100]


@given(st.lists(st.tuples(st.sampled_from(["due", "came", "give up"]), st.integers(0, 9))))
def test_whatever_comes_only_what_is_missing_is_asked_for(steps: list[tuple[str, int]]) -> None:
    requests = NackRequests()
    missing: set[int] = set()
    for at, (step, number) in enumerate(steps):
        if step == "due":
            missing.add(number)
            assert set(requests.due(sorted(missing), 10.0 * at)) <= missing
            continue
        missing.discard(number)
        if step == "came":
            requests.arrived(number, 10.0 * at)
        else:
            requests.give_up([number])
        assert number not in requests
    assert requests.answered <= requests.requested
