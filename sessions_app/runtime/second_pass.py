"""Transcribes a call's recording again, as a version next to the live transcript."""

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from django.conf import settings

from sessions_app.engine.audio.vad.base import Vad
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.errors import LanguageNotSupportedError, MediaError, RecogniserError
from sessions_app.engine.core.events import Hypothesis, Speaker, Word
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.recording.lanes import read_lane
from sessions_app.engine.recording.merging import SIDES
from sessions_app.engine.stt.base import Recogniser
from sessions_app.engine.stt.batch_transcribe import (
    Audio,
    SpeechSpan,
    find_speech,
    transcribe,
    without_segments,
)
from sessions_app.engine.stt.segmenter import as_marked, in_pieces, readable
from sessions_app.engine.text.cleaning import one_line
from sessions_app.engine.text.comparing import AlignedWords, SegmentSpan, align_words, timed_words
from sessions_app.engine.text.slicing import word_slices
from sessions_app.engine.text.writing import ends_sentence, has_marks, join_sentences
from sessions_app.models import Call, Purpose, Recording, Segment, Version, VersionSegment
from sessions_app.runtime import redaction
from sessions_app.runtime.recognisers import Recognisers
from sessions_app.runtime.settings import load_backend, voice_config
from sessions_app.services import extractions, redactions, summaries, transcripts, versions, work
from sessions_app.services.erasure_work import copies_prefix

logger = logging.getLogger(__name__)

WAIT = timedelta(seconds=10)
"""Until a job that cannot run yet is tried again. Longer delays it; shorter tries more often."""

SOUND_FIRST = "The sound of hidden words is taken out of the recording before."
CALLER = SIDES.index(Speaker.CALLER)


def retranscribe(version_pk: int) -> None:
    """Fills a pending version, unless another worker does; safe to be killed and run again.

    Only the caller's side is transcribed, as the agent's words are known.
    """
    with work.claimed(Version, version_pk) as version:
        if version is None:
            return
        call = Call.objects.get(pk=version.call_id)
        if redactions.needs_sound_redaction(call):  # what is hidden would be heard again
            work.postpone(version, SOUND_FIRST, WAIT)
            return
        spoken = [s for s in transcripts.in_order(call) if _was_heard(s)]
        known = [SpeechSpan(s.start_ms, s.end_ms) for s in spoken]
        lost = version.purpose == Purpose.LOST
        with tempfile.TemporaryDirectory(prefix=copies_prefix(call.public_id)) as folder:
            audio = _fetched(call, Path(folder) / "call.ogg")
            wanted = known if lost else []
            names = _able(call, version)
            version.recogniser, heard, heard_ms = asyncio.run(_heard(call, names, audio, wanted))
        figures = call.language if voice_config().figures else ""
        manner = (figures, call.language)
        rows = _added(heard, *manner) if lost else _rows(_spans(spoken), heard, *manner)
        if versions.keep(version, redaction.redacted(call, rows), heard_ms) and lost and rows:
            summaries.ask_again(call, None)
            extractions.ask_again(call, None)


def _able(call: Call, version: Version) -> list[str]:
    """Returns the recognisers to try, the preferred one first."""
    if version.purpose != Purpose.LOST:
        return [version.recogniser]
    names = [version.recogniser, *settings.VOICE["SECOND_PASS"], call.recogniser]
    return list(dict.fromkeys(names))


async def _heard(
    call: Call, names: Sequence[str], recording: Path, known: Sequence[SpeechSpan]
) -> tuple[str, list[Hypothesis], float]:
    """Returns the recogniser that worked, its finals for speech outside of `known`, and its ms.

    It is the first of `names` that exists, supports the language and does not fail. Raises what
    the last one raises.
    """
    recognisers = Recognisers()
    recognisers.load(*names)
    vad: Vad = load_backend("VADS", "default")

    def audio() -> Iterable[AudioFrame]:
        return read_lane(recording, CALLER)

    try:
        await vad.start()
        speech = without_segments(await find_speech(audio, vad), known)
        length_ms = sum(span.end_ms - span.start_ms for span in speech)
        for name in names:
            try:
                heard = await _heard_by(recognisers.get(name), call, audio, speech)
                return name, heard, length_ms
            except RecogniserError as error:
                if name == names[-1]:
                    raise
                logger.warning("recogniser %r hears no recording (%s)", name, error.code)
        raise RecogniserError("There is no recogniser for it.")
    finally:
        await recognisers.aclose()
        await vad.aclose()


async def _heard_by(
    recogniser: Recogniser, call: Call, audio: Audio, speech: Sequence[SpeechSpan]
) -> list[Hypothesis]:
    if not recogniser.knows(call.language):
        raise LanguageNotSupportedError(f"{recogniser.name} does not hear {call.language!r}.")
    recogniser.unhurried()
    await recogniser.start()
    phrases = AgentConfig.from_json(call.persona).phrases
    return await transcribe(audio, speech, recogniser, call.language, phrases)


def _fetched(call: Call, target: Path) -> Path:
    """Copies the recording from its storage to `target`; raises MediaError if there is none."""
    row = Recording.objects.filter(call=call).exclude(file="").first()
    if row is None:
        raise MediaError("This call has no recording.")
    with row.file.open("rb") as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    return target


def _was_heard(segment: Segment) -> bool:
    """Returns whether the segment is speech of the caller, and not typed."""
    return segment.speaker == Speaker.CALLER and segment.end_ms > segment.start_ms


def _spans(segments: Iterable[Segment]) -> list[SegmentSpan]:
    return [SegmentSpan(s.seq, s.start_ms, s.end_ms) for s in segments]


def _rows(
    spans: Sequence[SegmentSpan], heard: Iterable[Hypothesis], figures: str, language: str
) -> list[VersionSegment]:
    finals = [(final, timed_words(final)) for final in heard]
    own = _own(finals)
    words = [word for _, found in finals for word in found]
    return [_row(one, own, figures, language) for one in align_words(spans, words)]


def _added(heard: Iterable[Hypothesis], figures: str, language: str) -> list[VersionSegment]:
    """Returns new segments, split as live ones are."""
    finals = [(final, timed_words(final)) for final in heard]
    own = _own(finals)
    cut = (
        words
        for _, found in finals
        for words in in_pieces(found, [own[id(word)].text for word in found], language)
    )
    return [
        _row(
            AlignedWords(None, tuple(words), words[0].start_ms, words[-1].end_ms),
            own,
            figures,
            language,
        )
        for words in cut
    ]


@dataclass(frozen=True, slots=True)
class _Own:
    """How a word is written in its final: the final's index, and the text with its punctuation.

    `begins` says that a sentence begins with it, `marked` that the final has punctuation.
    """

    final: int
    text: str
    begins: bool
    marked: bool


def _own(finals: Iterable[tuple[Hypothesis, Sequence[Word]]]) -> dict[int, _Own]:
    """Returns how each word is written in its final, by the word's identity (`id`)."""
    found: dict[int, _Own] = {}
    for number, (final, words) in enumerate(finals):
        marked, before, speaker = has_marks(final.text), "", None
        parts = word_slices(final.text, [word.text for word in words])
        for word, text in zip(words, parts, strict=True):
            begins = not before or ends_sentence(before) or word.speaker != speaker
            found[id(word)] = _Own(number, text, begins, marked)
            before, speaker = text.strip() or before, word.speaker
    return found


def _row(one: AlignedWords, own: Mapping[int, _Own], figures: str, language: str) -> VersionSegment:
    sure = [word.confidence for word in one.words if word.confidence is not None]
    start_ms = max(0, round(one.start_ms))
    parts = [own[id(word)] for word in one.words]
    runs = groupby(parts, key=attrgetter("final"))
    text = join_sentences("".join(part.text for part in run) for _, run in runs)
    if any(part.marked for part in parts):
        shown = as_marked(text, figures, language, begins=parts[0].begins)
    else:
        shown = readable(text, figures, language)
    return VersionSegment(
        seq=one.seq,
        added=one.seq is None,
        speaker=Speaker.CALLER.value,
        text=one_line(shown),
        start_ms=start_ms,
        end_ms=max(start_ms, round(one.end_ms)),
        confidence=sum(sure) / len(sure) if sure else None,
        words=[transcripts.word_row(word) for word in one.words],
    )
