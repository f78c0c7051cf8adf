"""One answer on its way: overlapping, held back, broken."""

import asyncio
import logging
from collections.abc import AsyncGenerator

import pytest

from sessions_app.engine.agent.reply import MOST_AHEAD, AnswerPiece, Reply
from sessions_app.engine.agent.responders.base import Anew
from sessions_app.engine.agent.sentence_splitter import spoken_pieces
from sessions_app.engine.agent.voice import MOST_KEPT, AgentVoice, SpokenPackets
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.audio.speech_encoder import ClipCache
from sessions_app.engine.core.errors import ResponderError, UnspeakableError
from sessions_app.engine.tts.engines.scripted import ScriptedSynthesiser

SECRET = "the purple elephant"


class MadeAtOnce:
    """A voice whose texts are whole before any of them sounds; two are made `ahead`."""

    def __init__(self) -> None:
        self.made = 0
        self.ahead = asyncio.Event()

    async def stream(
        self, text: str, *, keep: bool = False, expected_loss: int = 0
    ) -> AsyncGenerator[SpokenPackets, None]:
        yield SpokenPackets([text.encode()] * 20)
        self.made += 1
        if self.made == 2:
            self.ahead.set()


async def tokens(*texts: str) -> AsyncGenerator[str, None]:
    for text in texts:
        yield text


async def broken() -> AsyncGenerator[str, None]:
    yield "It is ten. "
    raise ZeroDivisionError(SECRET)


def voice() -> AgentVoice:
    return AgentVoice(ScriptedSynthesiser(pace=0), ClipCache(), "scripted", "", 1.0)


async def play(playout: Playout) -> int:
    """Takes everything that is said; returns how many packets that were."""
    count = 0
    while True:
        try:
            async with asyncio.timeout(0.3):
                await playout.ready()
        except TimeoutError:
            return count
        count += playout.next_packet() is not None


async def test_nothing_sounds_before_the_turn_is_certain() -> None:
    playout = Playout(lambda: 0.0)
    reply = Reply(tokens("It is ten. ", "Good night."), voice(), playout)
    running = asyncio.create_task(reply.run())
    assert await play(playout) == 0
    assert reply.waiting_text == "It is ten. Good night."
    reply.allow()
    assert await play(playout) > 20
    await running
    assert [piece.text for piece in reply.begun] == ["It is ten.", "Good night."]
    assert reply.waiting_text == ""
    assert reply.failure is None


async def test_what_is_no_word_is_not_said() -> None:
    playout = Playout(lambda: 0.0)
    reply = Reply(tokens("*** ", "\n\n", "Yes.", " 🎉"), voice(), playout)
    reply.allow()
    await asyncio.gather(reply.run(), play(playout))
    assert [piece.text for piece in reply.begun] == ["Yes. 🎉"]


@pytest.mark.parametrize("size", [1, 5, 1000])
async def test_an_answer_that_is_no_markdown_keeps_its_characters(size: int) -> None:
    text = r"Noted: C:\temp\__pycache__ and \\server\share. Then **so** <b> [a](b) `c` <!-- d."
    playout = Playout(lambda: 0.0)
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    reply = Reply(tokens(*pieces), voice(), playout, markdown=False)
    reply.allow()
    await asyncio.gather(reply.run(), play(playout))
    assert " ".join(piece.text for piece in reply.begun) == text


@pytest.mark.parametrize("held", [False, True])
async def test_what_an_answer_takes_back_is_not_said(held: bool) -> None:
    playout, thought = Playout(lambda: 0.0), asyncio.Event()

    async def answer() -> AsyncGenerator[str, None]:
        yield "The caller asks for the time of the day. I look at a clock. "
        await thought.wait()
        yield Anew("")
        yield "It is ten. "
        yield "Good night."

    restarted = asyncio.Event()
    reply = Reply(answer(), voice(), playout, on_restart=restarted.set)
    reply.allow()
    running = asyncio.create_task(reply.run())
    await playout.ready()
    playout.next_packet()
    if held:
        playout.pause()
    thought.set()
    await restarted.wait()
    assert playout.paused is held
    playout.resume()
    await play(playout)
    await running
    assert [piece.text for piece in reply.begun] == ["It is ten.", "Good night."]
    assert playout.idle


async def test_what_is_taken_back_after_the_answer_was_cut_does_not_sound() -> None:
    playout, go_on = Playout(lambda: 0.0), asyncio.Event()

    async def answer() -> AsyncGenerator[str, None]:
        yield "The caller asks for the time of the day. "
        await go_on.wait()
        yield Anew("It is ten. ")

    reply = Reply(answer(), voice(), playout)
    reply.allow()
    running = asyncio.create_task(reply.run())
    await playout.ready()
    go_on.set()
    reply.silence()
    playout.clear()
    assert await play(playout) == 0
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_broken_responder_is_a_failure_and_its_words_are_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    playout = Playout(lambda: 0.0)
    reply = Reply(broken(), voice(), playout)
    reply.allow()
    with caplog.at_level(logging.DEBUG):
        await asyncio.gather(reply.run(), play(playout))
    assert isinstance(reply.failure, ResponderError)
    assert [piece.text for piece in reply.begun] == ["It is ten."]
    assert "ZeroDivisionError" in caplog.text
    assert SECRET not in caplog.text


async def test_an_answer_without_end_is_read_no_faster_than_it_is_spoken() -> None:
    read = 0

    async def endless() -> AsyncGenerator[str, None]:
        nonlocal read
        while True:
            read += 1
            yield f"This is sentence {read}. "

    reply = Reply(endless(), voice(), Playout(lambda: 0.0))
    reply.allow()
    running = asyncio.create_task(reply.run())
    for _ in range(5_000):
        await asyncio.sleep(0)  # it would read on, if it could
    assert MOST_AHEAD <= read < MOST_AHEAD + 10
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_token_of_great_length_is_said_whole_and_holds_nothing_up() -> None:
    """Between two turns of the loop no more of it is read than may wait for the voice."""
    told: list[str] = []
    sentence = "One two three four. "
    text = sentence * 2_000
    reply = Reply(tokens(text), voice(), Playout(lambda: 0.0), on_token=told.append)
    running = asyncio.create_task(reply.run())
    waiting, read, most = MOST_AHEAD * len(sentence), 0, 0
    while read < waiting:
        await asyncio.sleep(0)
        most, read = max(most, len("".join(told)) - read), len("".join(told))
    assert most <= waiting + 1_000
    assert text.startswith("".join(told))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_cancelled_it_leaves_nothing_behind() -> None:
    playout = Playout(lambda: 0.0)
    reply = Reply(tokens(*["Many words are said here. "] * 50), voice(), playout)
    reply.allow()
    running = asyncio.create_task(reply.run())
    await playout.ready()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_a_piece_knows_its_length_once_it_is_made() -> None:
    piece = AnswerPiece("Hello there")
    piece.add(SpokenPackets([b"x"] * 10))
    assert piece.length_ms is None
    assert piece.heard(100) in ("", "Hello")
    piece.finish()
    assert piece.length_ms == 200
    assert piece.heard(200) == "Hello there"


async def test_what_is_said_again_is_made_once() -> None:
    made: list[str] = []

    class Counting(ScriptedSynthesiser):
        def stream(self, text: str, **how: object):  # type: ignore[no-untyped-def]
            made.append(text)
            return super().stream(text)

    cache = ClipCache()
    first = AgentVoice(Counting(pace=0), cache, "a", "", 1.0)
    await first.prepare("Hello.")
    kept = [spoken async for spoken in first.stream("Hello.", keep=True)]
    assert len(kept) == 1
    assert made == ["Hello."]
    other = AgentVoice(Counting(pace=0), cache, "a", "another voice", 1.0)
    await other.prepare("Hello.")
    assert made == ["Hello.", "Hello."]


async def test_what_is_no_prompt_is_not_kept() -> None:
    cache = ClipCache()
    slow = AgentVoice(ScriptedSynthesiser(pace=0, ms_per_character=30), cache, "a", "", 1.0)
    endless = "a " * round(0.02 * MOST_KEPT / 0.03 / 2 + 5)
    packets = [spoken.packets async for spoken in slow.stream(endless, keep=True)]
    assert sum(map(len, packets)) > MOST_KEPT
    assert cache.get(("a", "", 1.0, "", endless)) is None


async def test_a_client_that_takes_no_sound_reads_the_answer() -> None:
    playout, shown = Playout(lambda: 0.0), list[str]()
    reply = Reply(
        tokens("Noted: pay Mr. Orr at once, or he ", "comes at ten. ", "Good night."),
        voice(),
        playout,
        mute=True,
        on_mute=lambda piece: shown.append(piece.text),
    )
    reply.allow()
    async with asyncio.timeout(5):
        await reply.run()
    assert shown == ["Noted: pay Mr. Orr at once, or he comes at ten.", "Good night."]
    assert playout.idle


async def test_silenced_it_says_no_further_sentence_however_much_is_ready() -> None:
    playout = Playout(lambda: 0.0)
    voice = MadeAtOnce()
    reply = Reply(tokens("First one. ", "Second one. ", "Third one."), voice, playout)
    reply.allow()
    running = asyncio.create_task(reply.run())
    async with asyncio.timeout(5):
        await voice.ahead.wait()
    playout.next_packet()
    reply.silence()
    running.cancel()
    playout.clear()
    await asyncio.gather(running, return_exceptions=True)
    assert playout.idle
    assert [piece.text for piece in reply.begun] == ["First one."]


class Listing:
    """A voice that keeps what it is given, and cannot speak some of it."""

    def __init__(self, unspeakable: str = "") -> None:
        self.texts: list[str] = []
        self._unspeakable = unspeakable

    async def stream(
        self, text: str, *, keep: bool = False, expected_loss: int = 0
    ) -> AsyncGenerator[SpokenPackets, None]:
        self.texts.append(text)
        if self._unspeakable and self._unspeakable in text:
            raise UnspeakableError("this one cannot be spoken")
        yield SpokenPackets([b"packet"] * 2)


async def test_fixed_words_are_prepared_in_the_pieces_that_are_spoken() -> None:
    text = "Hello, this is the **town hall**. How can I help you today? " + "word " * 100
    listing = Listing()
    reply = Reply(tokens(text), listing, Playout(lambda: 0.0), mute=False)
    reply.allow()
    await reply.run()
    assert listing.texts == spoken_pieces(text)
    assert len(listing.texts) > 3


async def test_a_sentence_that_cannot_be_spoken_is_shown_and_the_next_is_spoken() -> None:
    mute: list[str] = []
    listing = Listing("purple")
    playout = Playout(lambda: 0.0)
    said = "One is fine. The purple one is not. Three is fine again."
    reply = Reply(tokens(said), listing, playout, on_mute=lambda piece: mute.append(piece.text))
    reply.allow()
    await reply.run()
    assert mute == ["The purple one is not."]
    assert [piece.text for piece in reply.begun] == ["One is fine.", "Three is fine again."]
    assert isinstance(reply.failure, UnspeakableError)
