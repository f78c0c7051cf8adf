"""What interrupts the agent, and what does not."""

import pytest

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.turns.interruption.base import OverlapWords, Verdict
from sessions_app.engine.turns.interruption.confirmed import ConfirmedBargeIn
from sessions_app.engine.turns.interruption.immediate import ImmediateBargeIn
from sessions_app.engine.turns.interruption.off import NoBargeIn

TWO_WORDS = TurnSettings(barge_in_ms=500, barge_in_words=2)


def speaking(text: str, ms: float, echo: float = 0.0) -> OverlapWords:
    return OverlapWords(True, ms, 0.0, text, final=False, echo=echo)


def ended(text: str, ms: float, silent_ms: float, *, final: bool = False) -> OverlapWords:
    return OverlapWords(False, ms, silent_ms, text, final=final, echo=0.0)


@pytest.mark.parametrize(
    ("what", "heard", "verdict"),
    [
        ("the first sound", speaking("", 120), Verdict.WAIT),
        ("words too early", speaking("I have a", 900), Verdict.WAIT),
        ("words long enough", speaking("I have a", 1020), Verdict.INTERRUPT),
        ("one word where two are wanted", speaking("tuesday", 1200), Verdict.WAIT),
        ("a stop", speaking("stop", 150), Verdict.INTERRUPT),
        ("a stop with more", speaking("wait a minute", 200), Verdict.INTERRUPT),
        ("mhm", speaking("mhm", 1100), Verdict.WAIT),
        ("mhm, over", ended("mhm", 400, 600, final=True), Verdict.RESUME),
        ("okay I see, over", ended("okay I see", 700, 600, final=True), Verdict.RESUME),
        ("okay and then words", speaking("okay but what about", 1100), Verdict.INTERRUPT),
        ("a cough", ended("", 300, 600, final=True), Verdict.RESUME),
        ("a door, text awaited", ended("", 200, 600), Verdict.WAIT),
        ("a door, no text came", ended("", 200, 1000), Verdict.RESUME),
        ("real words, over", ended("not today", 550, 600, final=True), Verdict.INTERRUPT),
        ("too short for words", ended("the head", 350, 600, final=True), Verdict.RESUME),
        ("a hum spelt out", ended("an h m", 600, 600, final=True), Verdict.RESUME),
        ("words without a final", ended("not today", 550, 1000), Verdict.INTERRUPT),
        ("babble", speaking("", 3000), Verdict.RESUME),
        ("babble, not yet", speaking("", 2900), Verdict.WAIT),
        ("its own echo", speaking("the train leaves", 900, 0.9), Verdict.WAIT),
        ("its own echo goes on", speaking("the train leaves at ten", 3000, 0.9), Verdict.RESUME),
    ],
)
def test_the_confirmed_one(what: str, heard: OverlapWords, verdict: Verdict) -> None:
    assert ConfirmedBargeIn().judge(heard, TWO_WORDS) is verdict, what


@pytest.mark.parametrize(
    ("sure", "verdict"),
    [(0.3, Verdict.RESUME), (0.8, Verdict.INTERRUPT), (None, Verdict.INTERRUPT)],
)
@pytest.mark.parametrize("text", ["I have no idea how long", "no no have a license"])
def test_words_of_which_the_recogniser_is_unsure_are_babble(
    text: str, sure: float | None, verdict: Verdict
) -> None:
    heard = OverlapWords(False, 3000, 600, text, final=True, echo=0.0, sure=sure)
    assert ConfirmedBargeIn().judge(heard, TWO_WORDS) is verdict


@pytest.mark.parametrize(("sure", "verdict"), [(0.65, Verdict.WAIT), (0.75, Verdict.INTERRUPT)])
@pytest.mark.parametrize("text", ["I have no idea how long", "stop it"])
def test_words_that_nothing_confirms_yet_take_a_higher_confidence(
    text: str, sure: float, verdict: Verdict
) -> None:
    heard = OverlapWords(True, 1500, 0, text, final=False, echo=0.0, sure=sure, stands=False)
    assert ConfirmedBargeIn().judge(heard, TWO_WORDS) is verdict


@pytest.mark.parametrize(
    ("heard", "verdict"),
    [
        (speaking("我想问一下别的事情", 1100), Verdict.INTERRUPT),
        (speaking("我想问", 900), Verdict.WAIT),
        (speaking("山", 1100), Verdict.WAIT),
        (speaking("停一下", 200), Verdict.INTERRUPT),
        (speaking("等一下好吗", 200), Verdict.INTERRUPT),
        (ended("嗯嗯，好的。", 700, 600, final=True), Verdict.RESUME),
        (ended("对，是的", 700, 600, final=True), Verdict.RESUME),
        (ended("別の質問があります", 900, 600, final=True), Verdict.INTERRUPT),
        (ended("はい、なるほど。", 900, 600, final=True), Verdict.RESUME),
        (speaking("ちょっと待って", 200), Verdict.INTERRUPT),
        (ended("อยากถามเรื่องอื่น", 900, 600, final=True), Verdict.INTERRUPT),
        (ended("ครับ ครับ", 900, 600, final=True), Verdict.RESUME),
        (speaking("เดี๋ยวก่อน", 200), Verdict.INTERRUPT),
        (speaking("ไม่ใช่ครับ", 200), Verdict.INTERRUPT),
        (speaking("รอบนี้", 200), Verdict.WAIT),
        (ended("7 8", 900, 600, final=True), Verdict.INTERRUPT),
        (ended("ខ្ញុំចង់សួររឿងផ្សេង", 900, 600, final=True), Verdict.INTERRUPT),
        (ended("네, 그래요.", 900, 600, final=True), Verdict.RESUME),
        (ended("다른 질문이 있어요", 900, 600, final=True), Verdict.INTERRUPT),
        (speaking("لحظة من فضلك", 200), Verdict.INTERRUPT),
        (ended("नहीं, रुकिए", 900, 600, final=True), Verdict.INTERRUPT),
        (ended("Ja, genau.", 900, 600, final=True), Verdict.RESUME),
        (ended("d’accord, j’ai une question", 900, 600, final=True), Verdict.INTERRUPT),
    ],
)
def test_words_are_counted_in_every_script(heard: OverlapWords, verdict: Verdict) -> None:
    assert ConfirmedBargeIn().judge(heard, TWO_WORDS) is verdict, heard.text


def test_the_immediate_one_needs_nothing() -> None:
    assert ImmediateBargeIn().judge(speaking("", 0), TWO_WORDS) is Verdict.INTERRUPT


def test_none_neither_pauses_nor_interrupts() -> None:
    assert not NoBargeIn().pauses
    assert NoBargeIn().judge(speaking("stop", 900), TWO_WORDS) is Verdict.RESUME
