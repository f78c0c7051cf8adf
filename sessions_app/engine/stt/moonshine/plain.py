"""The wheel's own graphs, for where the lean ones do not run: slower, and without attention.

Nothing is kept between interims but the last hypothesis, so each costs nearly as much as a final,
and they come more rarely. Words are timed by their letters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.stt.moonshine.confidence import confidence
from sessions_app.engine.stt.moonshine.decoding import looped, most_tokens
from sessions_app.engine.stt.moonshine.files import Files
from sessions_app.engine.stt.moonshine.front import FRAME, SHORTEST
from sessions_app.engine.stt.moonshine.graphs import HEAD, HEADS
from sessions_app.engine.stt.moonshine.invented import is_invented
from sessions_app.engine.stt.moonshine.model import Floats, session
from sessions_app.engine.stt.moonshine.modern import modern
from sessions_app.engine.stt.moonshine.speech import FIRST_S, SURE_AGAIN
from sessions_app.engine.stt.moonshine.timing import envelope, loud, spread
from sessions_app.engine.stt.moonshine.tokens import BEGIN, END, Tokens
from sessions_app.engine.stt.worker.blocking.base import TimedWord, UtteranceResult

EVERY_S = 1.0
"""How much audio it takes to the next interim: each decodes all of it."""

HELD_S = 0.2
"""A word that sounds on in so much of the end may be half a word."""

_LEAD_S = 0.1
_TRIES = ((_LEAD_S, None), (2 * _LEAD_S, SURE_AGAIN))
"""Silence before the audio, and the least sureness: what was no speech at first must be surer."""

_SILENT_SHARE = 0.06
"""Less than this is a breath: no word was said since."""

_PAST, _PRESENT = "past_key_values", "present"
Past = Mapping[str, Floats]


@dataclass(slots=True)
class PlainTokens:
    """Tokens without BEGIN or END, and the log-probability of each."""

    tokens: list[int] = field(default_factory=list)
    sure: list[float] = field(default_factory=list)


class PlainModel:
    """The wheel's encoder and decoder in memory. Nothing of it changes: forks share it."""

    def __init__(self, files: Files) -> None:
        self.tokens = Tokens(files.tokens)
        self._encoder, self._decoder = session(str(files.encoder)), session(str(files.decoder))
        self._encoder_takes = {one.name for one in self._encoder.get_inputs()}
        self._decoder_takes = {one.name for one in self._decoder.get_inputs()}
        names = [one.name for one in self._decoder.get_outputs()]
        self._kept = [name.replace(_PRESENT, _PAST) for name in names[1:]]
        nothing: Floats = np.zeros((1, HEADS, 0, HEAD), np.float32)
        self._none: Past = dict.fromkeys(self._kept, nothing)

    def heard(self, audio: Floats, draft: Sequence[int] = ()) -> PlainTokens:
        """Returns what is said in audio of SHORTEST samples at least, -1..1 at 16 kHz.

        `draft` is what was heard in less of it: checked in one pass, and taken as far as it agrees.
        """
        hidden = self._encoded(audio)
        most = most_tokens(hidden.shape[1])
        out, ahead = PlainTokens(), list(draft)[:most]
        given, past = [BEGIN, *ahead], self._none
        while True:
            logits, past = self._pass(hidden, given, past)
            for row, drafted in zip(logits, [*ahead, None], strict=True):
                token = int(row.argmax())
                if token == END or len(out.tokens) == most:
                    return _without_loop(out, is_cut=token != END)
                out.tokens.append(token)
                out.sure.append(_sure(row, token))
                if token != drafted:
                    break
            given, ahead = out.tokens[-1:], []
            past = _cut(past, len(out.tokens))

    def scored(self, audio: Floats, tokens: Sequence[int]) -> list[float]:
        """Returns how sure the model is of each of these tokens."""
        logits, _ = self._pass(self._encoded(audio), [BEGIN, *tokens[:-1]], self._none)
        return [_sure(row, token) for row, token in zip(logits, tokens, strict=True)]

    def _encoded(self, audio: Floats) -> Floats:
        mask = np.ones((1, len(audio)), np.int64)
        given = {"input_values": audio[None], "attention_mask": mask}
        taken = {name: given[name] for name in self._encoder_takes}
        return np.asarray(self._encoder.run(None, taken)[0], np.float32)

    def _pass(self, hidden: Floats, tokens: list[int], past: Past) -> tuple[Floats, Past]:
        """Returns logits, a row a token, and the past with these tokens."""
        first = past is self._none
        given = {
            "input_ids": np.array([tokens], np.int64),
            "encoder_hidden_states": hidden,
            "use_cache_branch": np.array([not first]),
            # in samples, though what it masks are frames
            "encoder_attention_mask": np.ones((1, hidden.shape[1] * FRAME), np.int64),
            **past,
        }
        taken = {name: given[name] for name in self._decoder_takes}
        logits, *sides = self._decoder.run(None, taken)
        now = dict(zip(self._kept, sides, strict=True))
        # later passes give the encoder's sides back empty
        return logits[0], now if first else {**past, **_grown(now)}


class PlainSpeech:
    """Decodes one utterance, as `Speech` does."""

    def __init__(self, model: PlainModel) -> None:
        self._model = model
        self._audio = np.zeros(0, np.float32)
        self._fresh: list[Floats] = []
        self._decoded = 0
        self._draft: list[int] = []
        self._whole: tuple[UtteranceResult, int] | None = None
        """What all of the audio held at a pause, and how much of it there was."""

    @property
    def waiting_s(self) -> float:
        """How much audio no interim has told of."""
        return (len(self._all()) - self._decoded) / SPEECH_RATE

    def add(self, audio: Floats) -> None:
        """Takes float32 audio in -1..1 at 16 kHz."""
        self._fresh.append(audio)

    def due(self) -> bool:
        """Returns whether an interim would tell something new."""
        if self.waiting_s < (EVERY_S if self._decoded else FIRST_S):
            return False
        return self._loud_since(self._decoded) >= _SILENT_SHARE

    def interim(self) -> str:
        """Returns what is understood so far; empty where it may be no speech."""
        audio = self._all()
        self._decoded = len(audio)
        self._draft = self._model.heard(_led(audio, _LEAD_S), self._draft).tokens
        text = self._model.tokens.text(self._over(audio))
        return "" if is_invented(text) else text

    def at_pause(self) -> UtteranceResult:
        """Returns the words up to here, with times and confidences; more audio may follow."""
        said = self._tried(*_TRIES[0])
        self._decoded = len(self._audio)
        self._whole = (said, self._decoded) if said is not None else None
        return said or UtteranceResult()

    def final(self) -> UtteranceResult:
        """Returns the words of the whole utterance, with times and confidences."""
        if self._whole is not None and self._loud_since(self._whole[1]) < _SILENT_SHARE:
            return self._whole[0]
        tries = (self._tried(*one) for one in _TRIES)
        return next((said for said in tries if said is not None), UtteranceResult())

    def _tried(self, lead_s: float, least: float | None) -> UtteranceResult | None:
        """Returns what the model hears in all of the audio; None for no words."""
        audio = self._all()
        if len(audio) < SHORTEST:
            return None
        heard = self._model.heard(_led(audio, lead_s), self._draft)
        text = self._model.tokens.text(heard.tokens)
        sure = float(np.mean(heard.sure)) if heard.sure else None
        if is_invented(text, sure) or (least is not None and (sure is None or sure < least)):
            self._draft = []
            return None
        self._draft = heard.tokens
        return self._said(text, heard)

    def _loud_since(self, sample: int) -> float:
        """Returns which share (0..1) of the audio from there on is no silence."""
        fresh = loud(envelope(self._all()))[sample * 100 // SPEECH_RATE :]
        return float(fresh.mean()) if len(fresh) else 0.0

    def _all(self) -> Floats:
        if self._fresh:
            self._audio = np.concatenate([self._audio, *self._fresh])
            self._fresh.clear()
        return self._audio

    def _over(self, audio: Floats) -> list[int]:
        """Returns the hypothesis without its last word, where that may not be over."""
        words = self._model.tokens.words(self._draft)
        ends_in_sound = loud(envelope(audio))[-round(100 * HELD_S) :].any()
        return self._draft[: words[-1].first] if words and ends_in_sound else self._draft

    def _said(self, text: str, heard: PlainTokens) -> UtteranceResult:
        spans = self._model.tokens.words(heard.tokens)
        words: list[TimedWord] = [
            (modern(span.text), start, end, confidence(heard.sure[span.first : span.end]))
            for span, (start, end) in zip(spans, spread(self._audio, spans), strict=True)
        ]
        return UtteranceResult(modern(text), words)


def _led(audio: Floats, lead_s: float) -> Floats:
    """Returns audio with the silence before it that a word needs."""
    return np.concatenate([np.zeros(round(lead_s * SPEECH_RATE), np.float32), audio])


def _cut(past: Past, length: int) -> Past:
    """Forgets all tokens after the first `length`."""
    cut = {name: side[:, :, :length] for name, side in _grown(past).items()}
    return {**past, **{name: np.ascontiguousarray(side) for name, side in cut.items()}}


def _grown(sides: Past) -> Past:
    """Returns those that grow with each token."""
    return {name: side for name, side in sides.items() if ".decoder." in name}


def _without_loop(heard: PlainTokens, *, is_cut: bool) -> PlainTokens:
    """Leaves out what only says itself again: a loop never ends by itself, so it `is_cut`."""
    while is_cut and (size := looped(heard.tokens, [0] * len(heard.tokens))):
        del heard.tokens[-size:], heard.sure[-size:]
        is_cut = len(heard.tokens) > 1
    return heard


def _sure(logits: Floats, token: int) -> float:
    top = logits.max()
    return float(logits[token] - top - np.log(np.exp(logits - top).sum()))
