"""How many calls and offers a user and an address may have."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.reservations import Limited, Reservation
from sessions_app.engine.session.admission import MAX_ALLOWANCES, Admission, AdmissionLimits

LIMITS = AdmissionLimits(
    calls_per_user=2, calls_per_address=3, offers_per_user=4, offers_per_address=6
)
CALLS_ALONE = AdmissionLimits(
    calls_per_user=2, calls_per_address=3, offers_per_user=0, offers_per_address=0
)


def test_offers_of_a_user_are_counted_and_refill() -> None:
    admission = Admission(LIMITS)
    for _ in range(4):
        admission.offer("1", "", 0.0)
    with pytest.raises(BusyError) as refused:
        admission.offer("1", "", 0.0)
    assert (refused.value.code, refused.value.retry_after_s) == ("too_many_offers", 15)
    admission.offer("2", "", 0.0)
    admission.offer("1", "", 15.0)
    with pytest.raises(BusyError):
        admission.offer("1", "", 15.0)


def test_offers_of_an_address_are_counted_over_its_users() -> None:
    admission = Admission(LIMITS)
    for owner in range(6):
        admission.offer(str(owner), "192.0.2.1", 0.0)
    with pytest.raises(BusyError, match="Your address"):
        admission.offer("9", "192.0.2.1", 0.0)
    admission.offer("9", "192.0.2.2", 0.0)


def test_an_offer_that_its_address_may_not_make_costs_its_user_nothing() -> None:
    admission = Admission(LIMITS)
    for owner in range(6):
        admission.offer(str(owner), "192.0.2.1", 0.0)
    for _ in range(10):
        with pytest.raises(BusyError, match="Your address"):
            admission.offer("9", "192.0.2.1", 0.0)
    for _ in range(4):
        admission.offer("9", "192.0.2.2", 0.0)


@pytest.mark.parametrize(
    ("open_calls", "refused"),
    [
        ([], False),
        ([(1, "a")], False),
        ([(1, "b"), (1, "c")], True),
        ([(2, "a"), (3, "a"), (4, "a")], True),
        ([(2, "b"), (3, "c"), (4, "a")], False),
    ],
)
def test_open_calls_are_counted(open_calls: list[tuple[int, str]], refused: bool) -> None:
    admission = Admission(LIMITS)
    held = [admission.reserve(str(owner), address, 0.0) for owner, address in open_calls]
    if refused:
        with pytest.raises(BusyError, match="calls open"):
            admission.reserve("1", "a", 0.0)
        for reservation in held:
            reservation.release()
    admission.reserve("1", "a", 0.0)


def test_a_call_is_one_offer_whether_it_is_admitted_or_not() -> None:
    admission = Admission(LIMITS)
    for _ in range(2):
        admission.reserve("1", "a", 0.0)
    for code in ("too_many_calls", "too_many_calls", "too_many_offers"):
        with pytest.raises(BusyError) as refused:
            admission.reserve("1", "a", 0.0)
        assert refused.value.code == code


def test_what_is_released_twice_is_given_back_once() -> None:
    admission = Admission(CALLS_ALONE)
    first, _second = (admission.reserve("1", "a", 0.0) for _ in range(2))
    first.release()
    first.release()
    admission.reserve("1", "a", 0.0)
    with pytest.raises(BusyError, match="You already have 2 calls"):
        admission.reserve("1", "a", 0.0)


def test_what_is_held_is_counted_whatever_the_limits_say() -> None:
    admission = Admission(CALLS_ALONE)
    held = [admission.hold("1", "a") for _ in range(5)]
    with pytest.raises(BusyError, match="You already have 5 calls"):
        admission.reserve("1", "b", 0.0)
    for reservation in held:
        reservation.release()
    admission.reserve("1", "b", 0.0)


STEP = st.one_of(
    st.tuples(st.just("reserve"), st.sampled_from("xyz"), st.sampled_from(["", "a", "b"])),
    st.tuples(st.just("hold"), st.sampled_from("xyz"), st.sampled_from(["", "a", "b"])),
    st.tuples(st.just("release"), st.integers(0, 40), st.none()),
)


@given(st.lists(STEP, max_size=60))
def test_counts_are_right_whatever_begins_fails_and_ends(steps: list[tuple[str, str, str]]) -> None:
    """Releases hit calls that go on, calls that failed and calls that are over alike."""
    admission = Admission(CALLS_ALONE)
    made: list[tuple[Reservation, str, str]] = []

    def open_calls() -> list[tuple[str, str]]:
        return [(party, address) for one, party, address in made if not one._released]

    for what, party, address in steps:
        if what == "release":
            if made:
                made[int(party) % len(made)][0].release()
            continue
        own = Counter(who for who, _ in open_calls())[party]
        near = Counter(at for _, at in open_calls())[address] if address else 0
        if what == "hold":
            made.append((admission.hold(party, address), party, address))
        elif own >= 2 or near >= 3:
            with pytest.raises(BusyError):
                admission.reserve(party, address, 0.0)
        else:
            made.append((admission.reserve(party, address, 0.0), party, address))
    for one, _, _ in made:
        one.release()
    assert not admission._open_calls, "nothing is kept of calls that are over"


def test_candidates_count_apart_from_offers() -> None:
    admission = Admission(AdmissionLimits(candidates_per_user=3, candidates_per_address=4))
    for owner in ("1", "1", "1", "2"):
        admission.candidate(owner, "192.0.2.1", 0.0)
    with pytest.raises(BusyError) as refused:
        admission.candidate("1", "192.0.2.2", 0.0)
    assert refused.value.code == "too_many_candidates"
    with pytest.raises(BusyError, match="Your address"):
        admission.candidate("3", "192.0.2.1", 0.0)
    admission.offer("1", "192.0.2.1", 0.0)


def test_no_limit_is_no_limit() -> None:
    admission = Admission(AdmissionLimits(0, 0, 0, 0, 0, 0))
    for _ in range(500):
        admission.reserve("1", "a", 0.0)


def test_what_is_remembered_is_bounded() -> None:
    admission = Admission(LIMITS)
    for owner in range(MAX_ALLOWANCES + 10):
        admission.offer(str(owner), "", 0.0)
    assert len(admission._allowances) == MAX_ALLOWANCES


def test_who_is_refused_stays_so_and_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessions_app.engine.session.admission.MAX_ALLOWANCES", 100)
    admission = Admission(LIMITS)
    for owner in range(6):
        admission.offer(str(owner), "192.0.2.1", 0.0)
    for stranger in range(1_000):
        with pytest.raises(BusyError, match="Your address"):
            admission.offer(f"visitor {stranger}", "192.0.2.1", 0.0)
    assert len(admission._allowances) == 100
    for other in range(80):
        admission.offer(f"other {other}", "", 0.0)
    with pytest.raises(BusyError, match="Your address"):
        admission.offer("9", "192.0.2.1", 0.0)


@pytest.mark.parametrize("limit", [4, 7, 11, 13, 50, 60, 90])
def test_who_waits_as_long_as_told_is_let_in(limit: int) -> None:
    admission = Admission(AdmissionLimits(offers_per_user=limit))
    now_s, told = 1_000.0, 0
    for _ in range(20 * limit):
        try:
            admission.offer("1", "", now_s)
        except BusyError as refused:
            told += 1
            now_s += refused.retry_after_s
            admission.offer("1", "", now_s)
    assert told


def test_a_limited_number_is_given_out_and_comes_back() -> None:
    limited = Limited(2)
    first, second = limited.take(), limited.take()
    assert first is not None
    assert second is not None
    assert limited.take() is None
    first.release()
    first.release()
    assert len(limited) == 1
    assert limited.take() is not None
    assert limited.take() is None
    assert all(Limited(0).take() for _ in range(100))


def test_what_is_included_in_a_reservation_goes_with_it() -> None:
    told: list[str] = []
    whole = Reservation(lambda: told.append("whole"))
    whole.include(Reservation(lambda: told.append("part")))
    whole.release()
    whole.release()
    assert told == ["part", "whole"]
    whole.include(Reservation(lambda: told.append("late")))
    assert told == ["part", "whole", "late"], "it came too late to be held"
