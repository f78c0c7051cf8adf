"""Telephone events: each key once, whatever was lost, doubled, late or held for long."""

import struct
from dataclasses import dataclass, field

import pytest

from sessions_app.engine.rtc.rtp.packet import RtpPacket
from sessions_app.engine.rtc.rtp.telephone_events import KEYS, KeyReader

EVENTS, WIDE_EVENTS, SSRC = 101, 110, 7
CLOCKS = {EVENTS: 8_000, WIDE_EVENTS: 48_000}


@dataclass
class Phone:
    """Sends keys as telephones do: a packet each 50 ms, and three that end it."""

    number: int = EVENTS
    lost: set[int] = field(default_factory=set)
    pressed: list[str] = field(default_factory=list)
    at_ms: float = 0.0
    sent: int = 0

    def __post_init__(self) -> None:
        self.reader = KeyReader(CLOCKS, self.pressed.append)
        self.rate = CLOCKS[self.number]

    @property
    def now(self) -> int:
        return round(self.at_ms * self.rate / 1000) % (1 << 32)

    def event(
        self, event: int, timestamp: int, duration: int, *, ends: bool = False, marked: bool = False
    ) -> None:
        payload = struct.pack("!BBH", event, 0x80 * ends | 10, duration)
        packet = RtpPacket(self.number, self.sent % 65_536, timestamp, SSRC, payload)
        if self.sent not in self.lost:
            self.reader.take(packet, self.at_ms, marked=marked)
        self.sent += 1

    def press(self, key: str, held_ms: int = 200, pause_ms: int = 100) -> None:
        event, begin, first = KEYS.index(key), self.now, True
        end_ms = self.at_ms + held_ms
        while self.at_ms < end_ms:
            self.at_ms += 50
            duration = (self.now - begin) % (1 << 32)
            if duration > 0xFFFF:  # RFC 4733, 2.5.1.3: it goes on in another segment
                begin, duration = (begin + 0xFFFF) % (1 << 32), duration - 0xFFFF
            self.event(event, begin, duration, marked=first)
            first = False
        for _ in range(3):
            self.event(event, begin, (self.now - begin) % (1 << 32), ends=True)
        self.at_ms += pause_ms


def test_keys_are_told_in_order_each_once() -> None:
    phone = Phone()
    for key in KEYS:
        phone.press(key)
    assert phone.pressed == list(KEYS)


@pytest.mark.parametrize("number", [EVENTS, WIDE_EVENTS])
@pytest.mark.parametrize("held_ms", [50, 1_000, 1_400, 9_000, 20_000])
def test_a_key_that_is_held_is_one_key(number: int, held_ms: int) -> None:
    phone = Phone(number)
    phone.press("5", held_ms)
    phone.press("5")
    phone.press("6")
    assert phone.pressed == ["5", "5", "6"]


def test_the_time_may_wrap_within_a_key() -> None:
    phone = Phone(at_ms=(1 << 32) / 8 - 9_000)
    phone.press("1", 18_000)
    phone.press("2")
    assert phone.pressed == ["1", "2"]


@pytest.mark.parametrize(
    "lost",
    [
        {0},
        {0, 1, 2, 3},
        {4, 5, 6},
        {3, 4, 5, 6},
        {0, 4, 5, 6, 7},
        {1, 3, 5, 6, 8, 9, 11},
        {2, 4, 5},
    ],
)
def test_any_packet_may_be_lost_but_the_last(lost: set[int]) -> None:
    phone = Phone(lost=lost)
    phone.press("1")
    phone.press("1")
    phone.press("2")
    assert phone.pressed == ["1", "1", "2"]


def test_what_comes_late_or_twice_presses_nothing() -> None:
    phone = Phone()
    phone.event(1, 1_000, 400, marked=True)
    phone.event(2, 3_000, 400, marked=True)
    phone.event(1, 1_000, 800, ends=True)
    phone.event(2, 3_000, 800, ends=True)
    phone.event(1, 1_000, 800, ends=True)
    phone.event(2, 3_000, 400)
    assert phone.pressed == ["1", "2"]


def test_a_sender_that_gives_each_packet_a_time_of_its_own_presses_one_key() -> None:
    phone = Phone()
    for n in range(4):
        phone.event(3, 1_000 + 160 * n, 160 * (n + 1), marked=n == 0, ends=n == 3)
        phone.at_ms += 20
    assert phone.pressed == ["3"]


def test_another_stream_has_times_of_its_own() -> None:
    phone = Phone()
    phone.press("1")
    begun = RtpPacket(EVENTS, 1, 0, 8, struct.pack("!BBH", 1, 10, 400))
    phone.reader.take(begun, phone.at_ms, marked=True)
    assert phone.pressed == ["1", "1"]


@pytest.mark.parametrize("payload", [b"", b"\x01\x0a\x00", b"\x11\x0a\x00\xa0", b"\xff" * 8])
def test_what_is_no_key_is_left_alone(payload: bytes) -> None:
    pressed: list[str] = []
    reader = KeyReader(CLOCKS, pressed.append)
    reader.take(RtpPacket(EVENTS, 1, 0, 8, payload), 0.0)
    reader.take(RtpPacket(111, 1, 0, 8, b"\x01\x0a\x00\xa0"), 0.0)
    assert pressed == []
