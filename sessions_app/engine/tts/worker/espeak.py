"""eSpeak NG's process: the library has global state, and a licence (GPL) that is not the product's.

Started by exec with a socket; ends when the socket closes. API: espeak-ng's speak_lib.h.
"""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sessions_app.engine.tts.worker.worker import AUDIO, END, WORDS, Send, serve
from sessions_app.engine.workers.framing import as_json

_SYNCHRONOUS = 2
"""espeak_Initialize: audio is delivered during the call that synthesises it."""

_BUFFER_MS = 60
"""Audio in one callback. Longer delays the first sound, and the stop of a cut answer."""

_UTF8 = 1
_RATE, _VOLUME, _RANGE, _GAP = 1, 2, 4, 7
_WORD = 1
"""speak_lib.h: the text is UTF-8; four parameters; the kind of event that a word is."""

VARIANT = "!v/"
"""The prefix of variants' identifiers: their folder."""

USUAL_WORDS_PER_MINUTE = 165
"""At speed 1.0."""

SLOWEST, FASTEST = 80, 450
"""Words a minute: eSpeak NG's own limits."""


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    ]


class _Voice(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass
class _Spoken:
    """The request that is being spoken; a word ends where the next one starts."""

    text: str
    send: Send
    stopped: Callable[[], bool]
    samples: int = 0
    open_word: tuple[int, int, float] | None = None
    words: list[tuple[int, int, float, float]] = field(default_factory=list)

    def add(self, pcm: bytes, words: list[tuple[int, int, float]]) -> bool:
        """Adds the next audio and the words that begin in it; returns whether to stop."""
        if self.stopped():
            return True
        for start, length, at_ms in words:
            self.close_word(at_ms)
            self.open_word = (start, min(len(self.text), start + length), at_ms)
        if self.words:
            self.send(WORDS, as_json({"words": self.words}))
            self.words = []
        if pcm:
            self.samples += len(pcm) // 2
            self.send(AUDIO, pcm)
        return False

    def close_word(self, at_ms: float) -> None:
        if self.open_word is not None:
            start, end, from_ms = self.open_word
            self.words.append((start, end, from_ms, max(from_ms, at_ms)))
            self.open_word = None


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode(errors="replace")


class EspeakEngine:
    """eSpeak NG; one thread may speak."""

    def __init__(self) -> None:
        import espeakng_loader  # noqa: PLC0415 - only this process loads it

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        self.rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, data, 0)
        if self.rate <= 0:
            raise RuntimeError("eSpeak NG found no data")
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        self._voices = [
            {"name": language, "label": _text(voice.name), "language": language}
            for voice in self._listed(None)
            if (language := _text(voice.languages[1:].split(b"\0")[0]))
        ]
        self._variants = [
            _text(voice.identifier).removeprefix(VARIANT)
            for voice in self._listed(_Voice(languages=b"variant"))
            if _text(voice.identifier).startswith(VARIANT)
        ]
        self._spoken: _Spoken | None = None
        self._callback = _Callback(self._on_synth)  # kept: the library holds only a pointer
        self._library.espeak_SetSynthCallback(self._callback)

    def voices(self) -> dict[str, Any]:
        return {"voices": self._voices, "variants": self._variants}

    def _listed(self, wanted: _Voice | None) -> Iterator[_Voice]:
        found = self._library.espeak_ListVoices(wanted and ctypes.byref(wanted))
        index = 0
        while found[index]:
            yield found[index].contents
            index += 1

    def speak(self, request: dict[str, Any], send: Send, stopped: Callable[[], bool]) -> bool:
        if not self._choose(request["voice"]):
            return False
        words = round(USUAL_WORDS_PER_MINUTE * request["speed"])
        self._library.espeak_SetParameter(_RATE, min(FASTEST, max(SLOWEST, words)), 0)
        self._library.espeak_SetParameter(_RANGE, 60, 0)
        self._library.espeak_SetParameter(_GAP, 1, 0)
        self._library.espeak_SetParameter(_VOLUME, 90, 0)
        spoken = self._spoken = _Spoken(request["text"], send, stopped)
        data = request["text"].encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        spoken.close_word(1000 * spoken.samples / self.rate)
        send(END, as_json({"words": spoken.words}))
        return True

    def _choose(self, voice: str) -> bool:
        """Sets the voice; returns False for an unknown variant, which eSpeak NG would ignore."""
        language, plus, variant = voice.partition("+")
        if plus and variant not in self._variants:
            return False
        labels = [v["label"] for v in self._voices if v["name"] == language.lower()]
        # some languages, en-gb among them, are found by their label alone
        return bool(labels) and any(
            not self._library.espeak_SetVoiceByName(f"{name}{plus}{variant}".encode())
            for name in (language, *labels)
        )

    def _on_synth(self, samples: Any, count: int, events: Any) -> int:
        """espeak-ng's t_espeak_callback; returns 1 to stop."""
        pcm = ctypes.string_at(samples, 2 * count) if samples and count else b""
        words, index = [], 0
        while events and events[index].type:
            event = events[index]
            if event.type == _WORD:
                words.append((event.text_position - 1, event.length, float(event.audio_position)))
            index += 1
        return int(self._spoken is None or self._spoken.add(pcm, words))


def main() -> None:
    serve(EspeakEngine())


if __name__ == "__main__":
    main()
