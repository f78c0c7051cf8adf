"""Which media process a call goes to."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sessions_app.engine.core.errors import BusyError
from sessions_app.runtime import media_processes
from sessions_app.runtime.media_processes import MediaProcesses, name_of, name_of_worker, named

SDP = "v=0\r\na=ice-ufrag:{0}\r\na=ice-pwd:x\r\na=fingerprint:sha-256 {0}\r\n"


class Answering(MediaProcesses):
    """Processes that say of themselves what the test says of them."""

    def __init__(self, said: dict[str, dict[str, object]]) -> None:
        super().__init__()
        self.said = said
        self.asked = 0

    def client(self, name: str) -> httpx2.AsyncClient:
        def handle(_request: httpx2.Request) -> httpx2.Response:
            self.asked += 1
            if name not in self.said:
                raise httpx2.ConnectError("gone")
            return httpx2.Response(200, json={"begun": 0, "room": 50, **self.said[name]})

        self._clients[name] = httpx2.AsyncClient(transport=httpx2.MockTransport(handle))
        return self._clients[name]


@pytest.fixture
def sockets(settings: Any, tmp_path: Path) -> Path:
    settings.VOICE = {**settings.VOICE, "RUN_DIR": str(tmp_path)}
    for name in ("aa", "bb", "cc"):
        (tmp_path / f"{name}.sock").touch()
    return tmp_path


async def test_the_one_with_the_fewest_calls_gets_the_next(sockets: Path) -> None:
    processes = Answering({"aa": {"calls": 2, "full": False}, "bb": {"calls": 0, "full": False}})
    chosen = [await processes.choose() for _ in range(5)]
    assert chosen[:2] == ["bb", "bb"]
    assert chosen.count("aa") in (1, 2)
    assert processes.names() == ["aa", "bb"], "what does not answer is forgotten"
    assert await processes.calls() == 2
    await processes.aclose()


async def test_calls_on_their_way_are_counted(
    sockets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_processes, "LOAD_S", 0.0)
    said: dict[str, dict[str, object]] = {
        name: {"calls": 0, "begun": 7, "full": False} for name in ("aa", "bb")
    }
    processes = Answering(said)
    at_once = await asyncio.gather(*(processes.choose() for _ in range(4)))
    assert sorted(at_once) == ["aa", "aa", "bb", "bb"], "though none of them has begun"
    said["aa"] |= {"calls": 2, "begun": 9}
    assert [await processes.choose() for _ in range(2)] == ["aa", "bb"], "nobody counts twice"
    said["aa"] |= {"calls": 0, "begun": 10}
    said["bb"] |= {"calls": 0, "begun": 10}
    assert [await processes.choose() for _ in range(2)] == ["aa", "bb"]
    monkeypatch.setattr(media_processes, "ON_WAY_S", 0.0)
    said["aa"] |= {"calls": 1}
    assert [await processes.choose() for _ in range(2)] == ["bb", "bb"], "what was sent is none"
    await processes.aclose()


async def test_a_full_one_gets_calls_only_where_all_are_full(sockets: Path) -> None:
    processes = Answering({"aa": {"calls": 1, "full": True}, "bb": {"calls": 9, "full": False}})
    assert await processes.choose() == "bb"
    await processes.aclose()
    processes = Answering({"aa": {"calls": 1, "full": True}, "bb": {"calls": 9, "full": True}})
    assert await processes.choose() == "aa", "it says itself that it is full"
    await processes.aclose()


async def test_who_has_room_for_no_more_than_are_on_their_way_gets_no_further(
    sockets: Path,
) -> None:
    said: dict[str, dict[str, object]] = {
        "aa": {"calls": 1, "room": 1, "full": False},
        "bb": {"calls": 8, "room": 2, "full": False},
    }
    processes = Answering(said)
    at_once = await asyncio.gather(*(processes.choose() for _ in range(3)))
    assert sorted(at_once) == ["aa", "bb", "bb"], "though aa has fewer calls"
    await processes.aclose()


async def test_what_one_was_too_busy_for_goes_to_another_with_room(sockets: Path) -> None:
    said: dict[str, dict[str, object]] = {
        "aa": {"calls": 1, "full": False},
        "bb": {"calls": 9, "room": 1, "full": False},
        "cc": {"calls": 5, "room": 0, "full": True},
    }
    processes = Answering(said)
    assert await processes.choose() == "aa"
    asked = processes.asked
    assert await processes.another({"aa"}) == "bb"
    assert processes.asked == asked + 1, "what it said before is not believed any more"
    assert await processes.another({"aa", "bb"}) == ""
    await processes.aclose()


async def test_without_any_the_caller_is_told_to_come_back(sockets: Path) -> None:
    processes = Answering({})
    with pytest.raises(BusyError, match="starting or restarting"):
        await processes.choose()
    await processes.aclose()


def test_an_offer_that_is_asked_again_goes_where_it_went(
    sockets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_processes, "MOST_OFFERS", 2)
    processes = MediaProcesses()
    for number, name in enumerate(("aa", "bb", "cc")):
        processes.note_offer(SDP.format(number), name)
    assert [processes.asked_before(SDP.format(n)) for n in range(3)] == ["", "bb", "cc"]
    (sockets / "cc.sock").unlink()
    assert processes.asked_before(SDP.format(2)) == ""
    processes.note_offer("no offer", "aa")
    assert processes.asked_before("no offer") == ""


def test_a_later_offer_of_a_session_goes_where_the_first_went(
    sockets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_processes, "MOST_OFFERS", 2)
    processes = MediaProcesses()

    def of(session: int, version: int, fragment: str) -> str:
        origin = f"o=- {session} {version} IN IP4 127.0.0.1"
        prints = "a=fingerprint:sha-256 AB"
        return "\r\n".join(["v=0", origin, f"a=ice-ufrag:{fragment}", prints, ""])

    processes.note_offer(of(1, 2, "a"), "aa")
    assert processes.asked_before(of(1, 3, "b")) == "aa"
    assert processes.asked_before(of(1, 2, "b")) == "", "a name that all sessions have is none"
    assert processes.asked_before(of(2, 3, "b")) == ""
    processes.note_offer(of(2, 2, "c"), "bb")
    processes.note_offer(of(3, 2, "d"), "cc")
    assert [processes.asked_before(of(n, 3, "e")) for n in (1, 2, 3)] == ["", "bb", "cc"]
    (sockets / "cc.sock").unlink()
    assert processes.asked_before(of(3, 3, "e")) == ""


def test_ids_tell_of_their_process() -> None:
    assert name_of(named("secret")) == media_processes.NAME
    assert name_of("secret") == ""
    assert name_of_worker("host:123:0a1b2c3d") == "0a1b2c3d"
    assert not MediaProcesses().has("../x")


async def test_a_process_that_only_fails_to_answer_keeps_its_socket(sockets: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        (sockets / "aa.sock").unlink()
        listening.bind(str(sockets / "aa.sock"))
        listening.listen()
        processes = Answering({})
        with pytest.raises(BusyError):
            await processes.choose()
        assert processes.names() == ["aa"]
        assert not await processes.gone("aa")
    assert await processes.gone("aa")
    assert processes.names() == []
    await processes.aclose()


async def test_what_is_out_of_order_in_a_process_is_known(sockets: Path) -> None:
    processes = Answering(
        {
            "aa": {
                "calls": 1,
                "full": True,
                "faults": ["lanes", "store"],
                "stand_ins": {"moonshine": "pocketsphinx"},
            },
            "bb": {"calls": 0, "full": False},
        }
    )
    assert await processes.calls() == 1
    assert processes.faults() == {"lanes", "store"}
    assert processes.fallbacks_in_use() == {"moonshine": "pocketsphinx"}


async def test_one_that_hangs_keeps_no_caller_waiting(
    sockets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_processes, "SAY_S", 0.1)
    said: dict[str, dict[str, object]] = {
        "aa": {"calls": 0, "full": False},
        "bb": {"calls": 7, "full": False},
    }
    processes = Answering(said)
    assert await processes.choose() == "aa"

    def of_hung(name: str) -> httpx2.AsyncClient:
        return MediaProcesses.client(processes, name) if name == "aa" else answering(name)

    answering = processes.client
    processes._clients.clear()
    monkeypatch.setattr(processes, "client", of_hung)
    monkeypatch.setattr(media_processes, "LOAD_S", 0.0)
    (sockets / "aa.sock").unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as hung:
        hung.bind(str(sockets / "aa.sock"))
        hung.listen()
        async with asyncio.timeout(5):
            assert [await processes.choose() for _ in range(2)] == ["bb", "bb"]
            assert await processes.another({"bb"}) == ""
    await processes.aclose()
