"""How many calls and offers a user and an address may have."""

import pytest

from sessions_app.calls.admission import MOST_KEPT, Admission, AdmissionLimits
from sessions_app.core.errors import BusyError

LIMITS = AdmissionLimits(
    calls_per_user=2, calls_per_address=3, offers_per_user=4, offers_per_address=6
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


@pytest.mark.parametrize(
    ("open_calls", "refused"),
    [
        ([], False),
        ([("1", "a")], False),
        ([("1", "b"), ("1", "c")], True),
        ([("2", "a"), ("3", "a"), ("4", "a")], True),
        ([("2", "b"), ("3", "c"), ("4", "a")], False),
    ],
)
def test_open_calls_are_counted(open_calls: list[tuple[str, str]], refused: bool) -> None:
    admission = Admission(LIMITS)
    if refused:
        with pytest.raises(BusyError, match="calls open"):
            admission.call("1", "a", open_calls)
    else:
        admission.call("1", "a", open_calls)


def test_candidates_count_apart_from_offers() -> None:
    admission = Admission(AdmissionLimits(candidates_per_user=3, candidates_per_address=4))
    for owner in (1, 1, 1, 2):
        admission.candidate(str(owner), "192.0.2.1", 0.0)
    with pytest.raises(BusyError) as refused:
        admission.candidate("1", "192.0.2.2", 0.0)
    assert refused.value.code == "too_many_candidates"
    with pytest.raises(BusyError, match="Your address"):
        admission.candidate("3", "192.0.2.1", 0.0)
    admission.offer("1", "192.0.2.1", 0.0)


def test_no_limit_is_no_limit() -> None:
    admission = Admission(AdmissionLimits(0, 0, 0, 0, 0, 0))
    for _ in range(500):
        admission.offer("1", "a", 0.0)
    admission.call("1", "a", [("1", "a")] * 500)


def test_what_is_remembered_is_bounded() -> None:
    admission = Admission(LIMITS)
    for owner in range(MOST_KEPT + 10):
        admission.offer(str(owner), "", 0.0)
    assert len(admission._used) == MOST_KEPT
