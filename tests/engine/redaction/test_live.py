"""Everybody but the agent gets a call's events without what is to be hidden."""

from collections.abc import Sequence
from dataclasses import replace

from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.core.events import (
    CallEvent,
    FinalRedacted,
    FloorChanged,
    InterimChanged,
    NoteKind,
    NotesChanged,
    NoteTaken,
    SegmentFinal,
    Speaker,
    TokenMade,
    Word,
)
from sessions_app.engine.core.states import Floor
from sessions_app.engine.redaction.detectors.registry import KINDS
from sessions_app.engine.redaction.finder import Finder
from sessions_app.engine.redaction.live import HIDDEN_KEY, LiveRedactor, RedactedFinal

FINDER = Finder(RedactionSettings(tuple(KINDS)), "en-US")


class Heard:
    """A redactor, and what it reported."""

    def __init__(self) -> None:
        self.reports: list[RedactedFinal] = []
        self.redactor = LiveRedactor(FINDER, self.reports.append)

    def __call__(self, event: CallEvent) -> Sequence[CallEvent]:
        return self.redactor.shown(event)

    def texts(self, event: CallEvent) -> list[tuple[int, str]]:
        told = [e.final if isinstance(e, FinalRedacted) else e for e in self(event)]
        shown = (e for e in told if isinstance(e, SegmentFinal | InterimChanged))
        return [(e.seq, e.text) for e in shown]


def final(seq: int, text: str, at_ms: float = 0.0, by: Speaker = Speaker.CALLER) -> SegmentFinal:
    words = tuple(
        Word(word, at_ms + 100 * at, at_ms + 100 * at + 90) for at, word in enumerate(text.split())
    )
    return SegmentFinal(seq, by, text, at_ms, at_ms + 100 * len(words), words)


def interim(seq: int, text: str, at_ms: float = 0.0) -> InterimChanged:
    return InterimChanged(seq, Speaker.CALLER, text, at_ms, at_ms + 500)


def test_a_final_is_told_without_its_number_and_reported_as_it_was_said() -> None:
    heard = Heard()
    said = final(1, "My card is 4111 1111 1111 1111.")
    (shown,) = heard(said)
    assert isinstance(shown, SegmentFinal)
    assert shown.text == "My card is [card number]."
    assert [word.text for word in shown.words] == ["My", "card", "is", "[card number]"]
    (report,) = heard.reports
    assert report.original is said
    assert [(hit.start_ms, hit.end_ms) for hit in report.hits] == [(300, 690)]


def test_what_holds_nothing_is_told_as_it_is() -> None:
    heard = Heard()
    for event in (final(1, "Hello."), FloorChanged(Floor.LISTENING, 1.0), interim(2, "So")):
        assert list(heard(event)) == [event]
    assert heard.reports == []


def test_a_number_that_ends_in_a_later_line_is_taken_back_from_the_first() -> None:
    heard = Heard()
    assert heard.texts(final(1, "It's 4111 1111.")) == [(1, "It's 4111 1111.")]
    assert heard.texts(final(2, "Yes?", 900, by=Speaker.AGENT)) == [(2, "Yes?")]
    assert heard.texts(final(3, "1111", 2_000)) == [(3, "1111")]
    assert heard.texts(final(4, "1111, okay?", 3_000)) == [
        (1, "It's [card number]."),
        (3, "[card number]"),
        (4, "[card number], okay?"),
    ]
    assert [report.original.seq for report in heard.reports] == [1, 3, 4]


def test_an_earlier_final_is_told_as_one_that_takes_its_place() -> None:
    heard = Heard()
    heard(final(1, "4111 1111"))
    first, second = heard(final(2, "1111 1111", 2_000))
    assert isinstance(first, FinalRedacted)
    assert (first.final.seq, first.final.text) == (1, "[card number]")
    assert isinstance(second, SegmentFinal)


def test_what_cannot_be_redacted_is_not_shown() -> None:
    def broken(_found: RedactedFinal) -> None:
        raise RuntimeError

    redactor = LiveRedactor(FINDER, broken)
    assert list(redactor.shown(final(1, "4111 1111 1111 1111"))) == []
    assert list(redactor.shown(FloorChanged(Floor.LISTENING, 1.0))) != []


def test_lines_that_lie_far_apart_are_not_one_number() -> None:
    heard = Heard()
    heard(final(1, "4111 1111"))
    assert heard.texts(final(2, "1111 1111", 60_000)) == [(2, "1111 1111")]


def test_interims_do_not_show_a_number_while_it_is_read() -> None:
    heard = Heard()
    assert heard.texts(interim(1, "my card is four one one")) == [(1, "my card is four one one")]
    for more in ("one one", "one one one one one one one one one one one one one"):
        ((_, text),) = heard.texts(interim(1, f"my card is four one one {more}"))
        assert text in ("my card is [\u2026]", "my card is [card number]")


def test_interims_count_what_the_line_before_ended_with() -> None:
    heard = Heard()
    heard(final(1, "4111 1111 1111"))
    assert heard.texts(interim(2, "11", 2_000)) == [(2, "[\u2026]")]
    assert heard.texts(interim(2, "1111 thanks", 2_000)) == [(2, "[card number] thanks")]


def test_an_answer_that_was_cut_within_a_number_shows_no_part_of_it() -> None:
    heard = Heard()
    said = final(1, "Your card 4111 1111 1111 1111 is saved.", by=Speaker.AGENT)
    (shown,) = heard(replace(said, heard_text="Your card 4111 11"))
    assert isinstance(shown, SegmentFinal)
    assert shown.text == "Your card [card number] is saved."
    assert shown.heard_text == "Your card [card number]"


def test_the_text_of_several_segments_is_redacted_too() -> None:
    heard = Heard()
    said = replace(final(2, "Thanks."), utterance="It's 4111 1111 1111 1111. Thanks.")
    (shown,) = heard(said)
    assert isinstance(shown, SegmentFinal)
    assert shown.utterance == "It's [card number]. Thanks."


def test_keys_that_make_a_card_number_are_hidden() -> None:
    heard = Heard()
    shown: dict[int, SegmentFinal] = {}
    for seq, key in enumerate("4111111111111111#", start=1):
        pressed = SegmentFinal(seq, Speaker.CALLER, f"Pressed {key}", seq, seq, typed=True, key=key)
        told = [e.final if isinstance(e, FinalRedacted) else e for e in heard(pressed)]
        shown |= {e.seq: e for e in told if isinstance(e, SegmentFinal)}
    assert {shown[seq].key for seq in range(1, 17)} == {HIDDEN_KEY}
    assert {shown[seq].text for seq in range(1, 17)} == {"Pressed [card number]"}
    assert shown[17].key == "#"


def test_notes_are_redacted() -> None:
    heard = Heard()
    note = NoteTaken(1, NoteKind.NOTE, "card 4111 1111 1111 1111", 10.0)
    (shown,) = heard(NotesChanged((note,)))
    assert isinstance(shown, NotesChanged)
    assert shown.notes[0].text == "card [card number]"


def test_pieces_of_an_answer_wait_for_the_end_of_their_sentence() -> None:
    heard = Heard()
    pieces = ["I have ", "4111 1111", " 1111 1111", ". ", "All ", "good"]
    told = [event for piece in pieces for event in heard(TokenMade(1, piece))]
    assert told == [TokenMade(1, "I have [card number]. ")]
    rest = heard(final(1, "I have it.", by=Speaker.AGENT))
    assert rest[0] == TokenMade(1, "All good")


def test_what_the_agent_asks_for_tells_what_comes() -> None:
    heard = Heard()
    heard(final(1, "What is your phone number?", by=Speaker.AGENT))
    assert heard.texts(final(2, "4155552671", 2_000)) == [(2, "[phone number]")]
