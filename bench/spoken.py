"""What campaigns say, and how right it came out."""

from collections.abc import Sequence

import jiwer
from num2words import num2words

from sessions_app.engine.audio.vad.base import Vad
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.stt.base import Recogniser
from sessions_app.engine.stt.batch_transcribe import find_speech, transcribe

_LONG = {"mr": "mister", "mrs": "missus", "dr": "doctor", "ok": "okay"}
TALK = (
    "good morning and welcome to the meeting",
    "the weather is very nice today",
    "please call me back on monday",
    "they want to buy a new house this year",
    "thank you for your help and goodbye",
)


def plain(text: str) -> str:
    """Returns the words alone, in lower case."""
    kept = "".join(c for c in text.lower() if c.isalnum() or c in " '")
    return " ".join(kept.split())


def spoken(text: str) -> str:
    """Returns the words as they are said: an engine may write "Mr. Smith, 25" for them."""
    words = []
    for word in plain(text.replace("-", " ")).split():
        if word.isdigit():
            words += num2words(int(word)).replace("-", " ").replace(",", "").split()
        else:
            words.append(_LONG.get(word, word))
    return " ".join(words)


def wrong_words(said: str, heard: str) -> int:
    """Returns how many words are wrong, missing or too many, however figures are written."""
    found = jiwer.process_words(spoken(said), spoken(heard))
    return int(found.substitutions + found.deletions + found.insertions)


def text_of(segments: Sequence[dict[str, object]]) -> str:
    """Returns what the caller said, from `transcript` messages or segments of the API."""
    return " ".join(str(s["text"]) for s in segments if s.get("role", "user") == "user")


async def decoded(vad: Vad, recogniser: Recogniser, audio: Samples) -> str:
    """Returns the words of 16 kHz audio that is there as a whole, as live calls would cut it."""
    whole = [AudioFrame(audio, SPEECH_RATE, 0.0)]
    speech = await find_speech(lambda: whole, vad)
    found = await transcribe(lambda: whole, speech, recogniser, "en-US")
    return " ".join(final.text for final in found)
