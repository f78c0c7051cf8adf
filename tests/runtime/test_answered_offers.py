"""The same offer again is the same call; what is no longer of use is forgotten."""

import asyncio

import pytest

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.core.errors import BadOfferError
from sessions_app.engine.core.party import Party
from sessions_app.runtime.answered_offers import MAX_PER_CALL, AnsweredCall, AnsweredOffers
from sessions_app.services.authentication import Principal, Way

SDP = "v=0\r\na=ice-ufrag:{0}\r\na=fingerprint:sha-256 AA\r\n"
ORIGIN = "o=- 42 {0} IN IP4 127.0.0.1\r\n"


class Desk:
    """Answers offers: the one for no call starts one, others go on with theirs."""

    def __init__(self) -> None:
        self.placed = 0
        self.live = {"call"}
        self.changes: list[str] = []
        self.changed: list[str] = []
        self.answers = AnsweredOffers(self._place, self._change, self.live.__contains__)

    async def _place(self, _by: Principal, offer: Offer, _key: str) -> AnsweredCall:
        self.placed += 1
        await asyncio.sleep(0)
        if offer.agent == "nobody":
            raise BadOfferError("No.")
        return AnsweredCall(offer.call_id or "call", f"answer {self.placed}")

    async def _change(self, call_id: str, party: Party, sdp: str) -> str:
        assert (call_id, party.key) == ("call", Party(1).key)
        self.changes.append(wanted := sdp.rpartition("a=")[2].strip())
        self.changed.append(sdp)
        await asyncio.sleep(0)
        if wanted == "nonsense":
            raise BadOfferError("No.")
        return f"answer to {wanted}"

    async def ask(
        self,
        ufrag: str,
        owner_id: int = 1,
        *,
        agent: str = "",
        call_id: str = "",
        wants: str = "sendrecv",
        origin: str = "",
    ) -> AnsweredCall:
        sdp = SDP.format(ufrag).replace("v=0\r\n", f"v=0\r\n{origin}")
        offer = Offer(f"{sdp}a={wants}\r\n", agent, call_id=call_id)
        return await self.answers.answer(Principal(owner_id, Way.TOKEN, "1"), offer)


async def test_the_same_offer_is_the_same_call_while_it_lives() -> None:
    desk = Desk()
    both = await asyncio.gather(desk.ask("a"), desk.ask("a"))
    assert list(both) == [AnsweredCall("call", "answer 1")] * 2
    assert desk.answers.call_of(Party(1), Offer(SDP.format("a"))) == "call"
    assert (await desk.ask("a", owner_id=2)).sdp == "answer 2"
    desk.live.clear()
    assert desk.answers.call_of(Party(1), Offer(SDP.format("a"))) == ""
    assert (await desk.ask("a")).sdp == "answer 3"


async def test_an_offer_that_failed_is_tried_again() -> None:
    desk = Desk()
    for _ in range(2):
        with pytest.raises(BadOfferError):
            await desk.ask("a", agent="nobody")
    assert (desk.placed, len(desk.answers)) == (2, 0)


async def test_a_call_that_changes_its_connection_for_ever_keeps_its_newest_answers() -> None:
    desk = Desk()
    for number in range(10 * MAX_PER_CALL):
        await desk.ask(f"n{number}", call_id="call")
    assert len(desk.answers) == MAX_PER_CALL
    last = desk.placed
    await desk.ask(f"n{last - 1}", call_id="call")
    assert desk.placed == last
    desk.answers.forget("call")
    assert len(desk.answers) == 0


async def test_a_changed_offer_changes_its_call_and_the_same_again_does_not() -> None:
    desk = Desk()
    assert (await desk.ask("a")).sdp == "answer 1"
    for wanted in ("inactive", "sendrecv", "sendonly"):
        for _ in range(2):
            assert await desk.ask("a", wants=wanted) == AnsweredCall("call", f"answer to {wanted}")
    assert desk.changes == ["inactive", "sendrecv", "sendonly"]
    assert (desk.placed, len(desk.answers)) == (1, 1)
    desk.live.clear()
    assert (await desk.ask("a", wants="inactive")).sdp == "answer 2"  # a new call, then


async def test_a_line_in_a_stopped_ones_place_has_another_fragment_and_is_the_same_call() -> None:
    desk = Desk()
    await desk.ask("a")
    for fragments in ("a\r\na=ice-ufrag:b", "c\r\na=ice-ufrag:b", "c\r\na=ice-ufrag:d", "d"):
        placed = await desk.ask(fragments, wants=fragments[0])
        assert placed == AnsweredCall("call", f"answer to {fragments[0]}")
    assert desk.placed == 1
    desk.answers.forget("call")
    assert len(desk.answers) == 0


async def test_new_credentials_in_a_later_offer_of_a_session_are_the_same_call() -> None:
    desk = Desk()
    await desk.ask("a", origin=ORIGIN.format(2))
    for version, fragment in ((3, "a"), (4, "b"), (7, "c")):
        origin = ORIGIN.format(version)
        for _ in range(2):
            placed = await desk.ask(fragment, wants=f"v{version}", origin=origin)
            assert placed == AnsweredCall("call", f"answer to v{version}")
    assert (desk.placed, len(desk.changed)) == (1, 3)
    offer = Offer(SDP.format("d").replace("v=0\r\n", "v=0\r\n" + ORIGIN.format(8)))
    assert desk.answers.call_of(Party(1), offer) == "call"
    assert desk.answers.call_of(Party(2), offer) == ""
    desk.live.clear()
    assert (await desk.ask("d", origin=ORIGIN.format(8))).sdp == "answer 2"  # a new call, then


@pytest.mark.parametrize(
    ("owner", "call", "origin"),
    [
        (1, "", ORIGIN.format(3)),
        (1, "", ORIGIN.format(2)),
        (1, "", ORIGIN.format(4).replace("42", "43")),
        (1, "", ""),
        (1, "call", ORIGIN.format(4)),
        (2, "", ORIGIN.format(4)),
        (12, "", ORIGIN.format(4)),
    ],
    ids=[
        "the version again", "an earlier one", "another session", "of no session",
        "one that names a call", "another user's", "a longer name's",
    ],
)  # fmt: skip
async def test_other_credentials_are_another_connection(owner: int, call: str, origin: str) -> None:
    desk = Desk()
    await desk.ask("a", origin=ORIGIN.format(3))
    assert (await desk.ask("b", owner, call_id=call, origin=origin)).sdp == "answer 2"
    assert desk.changed == []


async def test_new_credentials_that_failed_are_tried_again() -> None:
    desk = Desk()
    await desk.ask("a", origin=ORIGIN.format(2))
    for _ in range(2):
        with pytest.raises(BadOfferError):
            await desk.ask("b", wants="nonsense", origin=ORIGIN.format(3))
    assert (await desk.ask("c", wants="x", origin=ORIGIN.format(4))).sdp == "answer to x"
    assert desk.placed == 1


async def test_changes_that_come_at_once_are_answered_in_their_order() -> None:
    desk = Desk()
    wanted = ("sendrecv", "inactive", "recvonly", "sendrecv")
    answers = await asyncio.gather(*(desk.ask("a", wants=one) for one in wanted))
    assert [placed.sdp for placed in answers] == [
        "answer 1",
        *(f"answer to {one}" for one in wanted[1:]),
    ]
    assert desk.changes == list(wanted[1:])


async def test_a_change_that_failed_is_tried_again_and_costs_no_call() -> None:
    desk = Desk()
    await desk.ask("a")
    for _ in range(2):
        with pytest.raises(BadOfferError):
            await desk.ask("a", wants="nonsense")
    assert desk.changes == ["nonsense", "nonsense"]
    assert await desk.ask("a", wants="inactive") == AnsweredCall("call", "answer to inactive")
    assert desk.placed == 1
