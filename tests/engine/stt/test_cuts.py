"""Where an utterance that had to be cut ends, and what the next one begins with."""

import numpy as np
import pytest

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.stt.cuts import HELD_MS, continued, split_at_cut
from sessions_app.engine.stt.engines.utterance import Utterance

CUT_MS = 18_000.0
STEP_MS = 400.0


def spoken(text: str, pauses: dict[int, float] | None = None) -> Hypothesis:
    """Returns a final that ends 100 ms before the cut, with pauses before some words."""
    said = text.split()
    gaps = [(pauses or {}).get(n, 0.0) for n in range(len(said))]
    at = CUT_MS - 100.0 - STEP_MS * len(said) - sum(gaps)
    words = []
    for word, gap in zip(said, gaps, strict=True):
        words.append(Word(word, at + gap, at + gap + STEP_MS))
        at += gap + STEP_MS
    return Hypothesis(text, True, words[0].start_ms, at, tuple(words), None, "en-US")


@pytest.mark.parametrize(
    ("text", "pauses", "kept", "before"),
    [
        (  # at the end of a sentence, which is known by what follows it
            "We came home. Then it rained for an hour and.",
            {},
            "We came home.",
            "",
        ),
        (  # else at a clause, or at a longer pause; the stop of a sentence cut short is invented
            "We even found two new customers, North of the river and in.",
            {},
            "We even found two new customers,",
            "North ",
        ),
        (
            "We even found two new customers in the north of.",
            {7: 350.0},
            "We even found two new customers in",
            "the ",
        ),
        # a mark at the very end says nothing, and the last word may be half of one
        ("she asked me whether we could please.", {}, "she asked me whether we could", "please."),
    ],
)
def test_an_utterance_is_cut_where_its_sentence_is(
    text: str, pauses: dict[int, float], kept: str, before: str
) -> None:
    found = split_at_cut(spoken(text, pauses), CUT_MS)
    assert found.final.text == kept
    assert [word.text for word in found.final.words] == kept.split()
    assert found.rest_ms == found.final.end_ms == found.final.words[-1].end_ms
    assert found.before == before
    assert found.final.cut is not kept.endswith(".")


def test_a_mark_that_is_no_end_is_taken_back_from_text_and_word() -> None:
    found = split_at_cut(spoken("as you know the last."), CUT_MS + 500.0)
    assert found.final.text == "as you know the last"
    assert found.final.words[-1].text == "last"
    assert found.final.cut


def test_no_more_is_left_than_may_wait() -> None:
    text = " ".join(["Far away."] + ["word"] * 30)
    found = split_at_cut(spoken(text), CUT_MS)
    assert found.rest_ms >= CUT_MS - HELD_MS
    assert found.final.text.startswith("Far away. word")


def test_one_word_without_an_end_is_kept_whole() -> None:
    endless = Hypothesis("Aaaah", True, 0.0, CUT_MS, (Word("Aaaah", 0.0, CUT_MS),))
    found = split_at_cut(endless, CUT_MS)
    assert (found.final.text, found.rest_ms, found.before) == ("Aaaah", CUT_MS, "")
    assert not split_at_cut(Hypothesis("", True, 0.0, CUT_MS), CUT_MS).final.text


@pytest.mark.parametrize(
    ("text", "before", "shown"),
    [
        ("Customers in the north", "customers ", "customers in the north"),
        ("Customs in the north", "customers ", "customs in the north"),
        ("Sandra called", "Sandra ", "Sandra called"),
        ("I called", "i ", "I called"),
        ("Then it rained", "", "Then it rained"),
        ("", "customers ", ""),
    ],
)
def test_the_next_one_begins_as_it_was_written_in_its_sentence(
    text: str, before: str, shown: str
) -> None:
    assert continued(text, before, "en-US") == shown


def test_the_sound_of_the_rest_goes_to_the_next_utterance() -> None:
    utterance = Utterance(2000.0, "en-US")
    utterance.pieces.append(np.full(SPEECH_RATE * 18, 5000, np.int16))
    words = [["two", 9.0, 9.4], ["new", 9.4, 9.8], ["customers", 16.9, 17.4], ["in", 17.6, 18.0]]
    final, rest = utterance.split_at_cut(
        utterance.final({"text": "two new customers in.", "words": words})
    )
    assert final.text == "two new customers"
    assert rest is not None
    assert rest.frame.start_ms == 2000.0 + 17_400.0
    assert len(rest.frame.samples) == round(0.6 * SPEECH_RATE)
    following = Utterance(rest.frame.start_ms, "en-US", rest.before)
    following.pieces.append(rest.frame.samples)
    words = [["In", 0.2, 0.4], ["the", 0.4, 0.5], ["north", 0.5, 0.6]]
    after = following.final({"text": "In the north.", "words": words})
    assert (after.text, after.words[0].text) == ("in the north.", "in")
