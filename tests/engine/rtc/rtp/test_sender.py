"""The playout's packets, at the pacer's ticks."""

import asyncio

from sessions_app.engine.audio.g711_g722 import FromOpus, Telephone
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.audio.speech_encoder import silent_packet
from sessions_app.engine.rtc.loop.pacer import Pacer
from sessions_app.engine.rtc.loop.tick import Ticks
from sessions_app.engine.rtc.rtp.packet import parse
from sessions_app.engine.rtc.rtp.packetizer import RtpOutput
from sessions_app.engine.rtc.rtp.red import parse as parse_red
from sessions_app.engine.rtc.rtp.sender import COMFORT_S, RtpVoice
from sessions_app.engine.rtc.sdp.codecs import PayloadTypes

OPUS, RED = 111, 63
SILENCE = silent_packet()


class Line:
    """A voice whose packets are kept, each as the payloads that it holds."""

    def __init__(
        self,
        red: int | None = None,
        playout: Playout | None = None,
        convert: FromOpus | None = None,
    ) -> None:
        self.playout = playout or Playout(lambda: 0.0)
        self.pacer = Pacer(Ticks())
        self.out: list[bytes] = []
        output = RtpOutput(7, PayloadTypes(OPUS, red))
        self.voice = RtpVoice(self.playout, output, self.pacer, self.out.append, convert)

    def say(self, *packets: bytes) -> None:
        self.playout.begin(object())
        for packet in packets:
            self.playout.put(packet)
        self.playout.finish_item()

    @property
    def payloads(self) -> list[list[bytes]]:
        packets = [parse(data) for data in self.out]
        return [
            [block.payload for block in parse_red(p.payload)]
            if p.payload_type == RED
            else [p.payload]
            for p in packets
        ]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.out) < count or len(self.pacer):  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.001)


async def test_one_packet_at_once_and_then_what_is_said() -> None:
    line = Line()
    line.say(b"too early")
    assert line.out == []
    line.voice.start(0.0)
    assert line.payloads == [[SILENCE]]
    line.say(b"a", b"b", b"c")
    await line.until(5)
    assert line.payloads == [[SILENCE], [b"too early"], [b"a"], [b"b"], [b"c"]]
    line.say(b"d")
    await line.until(6)
    line.voice.close()
    line.say(b"never")
    await asyncio.sleep(0.03)
    assert len(line.out) == 6


async def test_the_last_packet_of_speech_is_carried_along_too() -> None:
    line = Line(RED)
    line.voice.start(0.0)
    line.say(b"a", b"b")
    await line.until(4)
    assert line.payloads[1][-1] == b"a"
    assert line.payloads[2:] == [[b"a", b"b"], [b"b", SILENCE]]
    line.voice.close()


async def test_held_it_says_nothing_and_goes_on_where_it_was() -> None:
    line = Line()
    line.voice.start(0.0)
    line.playout.pause()
    line.say(b"a", b"b")
    await line.until(1)
    line.playout.resume()
    await line.until(3)
    assert line.payloads == [[SILENCE], [b"a"], [b"b"]]
    line.voice.close()


async def test_the_newest_connection_has_the_voice() -> None:
    old = Line()
    old.voice.start(0.0)
    new = Line(playout=old.playout)
    new.voice.start(0.0)
    old.say(*[b"%d" % n for n in range(5)])
    await new.until(6)
    assert len(old.out) == 1
    old.voice.close()
    old.say(b"after")
    await new.until(7)
    assert [held for (held,) in new.payloads[1:]] == [b"0", b"1", b"2", b"3", b"4", b"after"]
    new.voice.close()


async def test_what_the_client_asks_for_is_sent_again() -> None:
    line = Line()
    line.voice.start(0.0)
    line.say(b"a", b"b")
    await line.until(3)
    numbers = [parse(data).sequence for data in line.out]
    line.voice.repeat([numbers[1], (numbers[2] + 1) % 65_536, numbers[2]])
    assert line.out[3:] == line.out[1:3]
    line.voice.close()
    line.voice.repeat(numbers)
    assert len(line.out) == 5


async def test_silence_is_broken_now_and_then() -> None:
    line = Line()
    line.voice.keep_alive(100.0)
    assert line.out == []
    line.voice.start(100.0)
    for at in (101.0, 104.9, 100.0 + COMFORT_S, 106.0, 111.0):
        line.voice.keep_alive(at)
    assert len(line.out) == 3
    line.voice.close()


async def test_a_client_that_loses_packets_and_takes_no_others_gets_what_repairs_them() -> None:
    line, redundant = Line(), Line(red=RED)
    for one in (line, redundant):
        one.voice.client_lost(0.1)
    assert line.playout.expected_loss == 10
    assert redundant.playout.expected_loss == 0
    for _ in range(30):
        line.voice.client_lost(0.0)
    assert line.playout.expected_loss == 0


async def test_a_codec_without_concealment_is_sent_silence_after_speech() -> None:
    line = Line(convert=FromOpus(Telephone.PCMU))
    line.voice.start(0.0)
    line.say(*[SILENCE] * 3)
    await line.until(5)
    line.voice.client_lost(0.5)
    assert line.playout.expected_loss == 0  # it has no FEC that the voice could be coded with
    assert [len(payload) for (payload,) in line.payloads] == [160] * 5
    line.voice.close()
