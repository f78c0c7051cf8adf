"""Moonshine in its wheel's own graphs, for where the lean ones do not run.

They are slower and do not output attention. Nothing is kept between interims but the last
hypothesis, so each costs nearly as much as a final, and they are rarer. Words are timed in
proportion to their letters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.stt.moonshine.confidence import confidence
from sessions_app.engine.stt.moonshine.decoding import loop_length, most_tokens
from sessions_app.engine.stt.moonshine.files import Files
from sessions_app.engine.stt.moonshine.front_end import FRAME, SHORTEST
from sessions_app.engine.stt.moonshine.graphs import HEAD, HEADS
from sessions_app.engine.stt.moonshine.hallucinations import is_hallucinated
from sessions_app.engine.stt.moonshine.model import Floats, session
from sessions_app.engine.stt.moonshine.spelling import modernised
from sessions_app.engine.stt.moonshine.timing import envelope, is_sounding, spread_by_letters
from sessions_app.engine.stt.moonshine.tokens import BEGIN, END, Tokens
from sessions_app.engine.stt.moonshine.utterance import FIRST_S, RETRY_ACCEPT
from sessions_app.engine.stt.worker.blocking.base import TimedWord, UtteranceResult

EVERY_S = 1.0
"""Audio between interims, each of which decodes the whole utterance."""

HELD_S = 0.2
"""Where this much of the end has sound, the last word may be half a word, and is held back."""

_LEAD_S = 0.1
"""Seconds of silence before the audio at the first attempt."""

_TRIES = ((_LEAD_S, None), (2 * _LEAD_S, RETRY_ACCEPT))
"""Attempts: seconds of silence before the audio, and the mean log-probability to reach. The second
follows where the first found no speech."""

_SILENT_SHARE = 0.06
"""Where less than this share of the audio sounds, no word was said in it."""

_PAST, _PRESENT = "past_key_values", "present"
KeyValueCache = Mapping[str, Floats]


@dataclass(slots=True)
class WheelTokens:
    """A hypothesis: tokens without BEGIN and END, and the natural log-probability of each."""

    tokens: list[int] = field(default_factory=list)
    log_probs: list[float] = field(default_factory=list)


class WheelModel:
    """The wheel's encoder and decoder. Immutable, so that forked processes share the memory."""

    def __init__(self, files: Files) -> None:
        self.tokens = Tokens(files.tokens)
        self._encoder, self._decoder = session(str(files.encoder)), session(str(files.decoder))
        self._encoder_takes = {one.name for one in self._encoder.get_inputs()}
        self._decoder_takes = {one.name for one in self._decoder.get_inputs()}
        names = [one.name for one in self._decoder.get_outputs()]
        self._kept = [name.replace(_PRESENT, _PAST) for name in names[1:]]
        nothing: Floats = np.zeros((1, HEADS, 0, HEAD), np.float32)
        self._none: KeyValueCache = dict.fromkeys(self._kept, nothing)

    def decode(self, audio: Floats, draft: Sequence[int] = ()) -> WheelTokens:
        """Returns the greedy hypothesis of float32 audio at 16 kHz, of SHORTEST samples at least.

        `draft` is the hypothesis of a shorter part, kept as far as the model agrees.
        """
        hidden = self._encoded(audio)
        most = most_tokens(hidden.shape[1])
        out, ahead = WheelTokens(), list(draft)[:most]
        inputs, past = [BEGIN, *ahead], self._none
        while True:
            logits, past = self._pass(hidden, inputs, past)
            for row, drafted in zip(logits, [*ahead, None], strict=True):
                token = int(row.argmax())
                if token == END or len(out.tokens) == most:
                    return _without_loop(out, is_cut=token != END)
                out.tokens.append(token)
                out.log_probs.append(_log_prob(row, token))
                if token != drafted:
                    break
            inputs, ahead = out.tokens[-1:], []
            past = _cut(past, len(out.tokens))

    def score(self, audio: Floats, tokens: Sequence[int]) -> list[float]:
        """Returns the log-probability of each of these tokens."""
        logits, _ = self._pass(self._encoded(audio), [BEGIN, *tokens[:-1]], self._none)
        return [_log_prob(row, token) for row, token in zip(logits, tokens, strict=True)]

    def _encoded(self, audio: Floats) -> Floats:
        mask = np.ones((1, len(audio)), np.int64)
        inputs = {"input_values": audio[None], "attention_mask": mask}
        accepted = {name: inputs[name] for name in self._encoder_takes}
        return np.asarray(self._encoder.run(None, accepted)[0], np.float32)

    def _pass(
        self, hidden: Floats, tokens: list[int], past: KeyValueCache
    ) -> tuple[Floats, KeyValueCache]:
        """Returns the logits, (tokens, 32768), and the cache with these tokens added."""
        first = past is self._none
        inputs = {
            "input_ids": np.array([tokens], np.int64),
            "encoder_hidden_states": hidden,
            "use_cache_branch": np.array([not first]),
            # its length is counted in samples, though it masks frames
            "encoder_attention_mask": np.ones((1, hidden.shape[1] * FRAME), np.int64),
            **past,
        }
        accepted = {name: inputs[name] for name in self._decoder_takes}
        logits, *sides = self._decoder.run(None, accepted)
        now = dict(zip(self._kept, sides, strict=True))
        # later passes output the encoder's keys and values empty
        return logits[0], now if first else {**past, **_growing(now)}


class WheelUtterance:
    """Decodes one utterance; has the methods of `MoonshineUtterance`."""

    def __init__(self, model: WheelModel) -> None:
        self._model = model
        self._audio = np.zeros(0, np.float32)
        self._fresh: list[Floats] = []
        self._decoded = 0
        self._draft: list[int] = []
        self._whole: tuple[UtteranceResult, int] | None = None
        """The result at the latest pause, and how many samples it covered."""

    @property
    def waiting_s(self) -> float:
        """Seconds of audio that no interim has covered."""
        return (len(self._all()) - self._decoded) / SPEECH_RATE

    def add(self, audio: Floats) -> None:
        """Takes float32 audio in -1..1 at 16 kHz, of shape (n,)."""
        self._fresh.append(audio)

    def due(self) -> bool:
        """Returns whether an interim is likely to have new words."""
        if self.waiting_s < (EVERY_S if self._decoded else FIRST_S):
            return False
        return self._loud_since(self._decoded) >= _SILENT_SHARE

    def interim(self) -> str:
        """Returns the text so far; empty where it may be no speech."""
        audio = self._all()
        self._decoded = len(audio)
        self._draft = self._model.decode(_with_lead(audio, _LEAD_S), self._draft).tokens
        text = self._model.tokens.text(self._complete_words(audio))
        return "" if is_hallucinated(text) else text

    def at_pause(self) -> UtteranceResult:
        """Returns the words so far, with times and confidences; more audio may follow."""
        result = self._attempt(*_TRIES[0])
        self._decoded = len(self._audio)
        self._whole = (result, self._decoded) if result is not None else None
        return result or UtteranceResult()

    def final(self) -> UtteranceResult:
        """Returns the words of the whole utterance, with times and confidences."""
        if self._whole is not None and self._loud_since(self._whole[1]) < _SILENT_SHARE:
            return self._whole[0]
        tries = (self._attempt(*one) for one in _TRIES)
        return next((result for result in tries if result is not None), UtteranceResult())

    def _attempt(self, lead_s: float, min_log_prob: float | None) -> UtteranceResult | None:
        """Decodes all of the audio; None for no words."""
        audio = self._all()
        if len(audio) < SHORTEST:
            return None
        hypothesis = self._model.decode(_with_lead(audio, lead_s), self._draft)
        text = self._model.tokens.text(hypothesis.tokens)
        log_prob = float(np.mean(hypothesis.log_probs)) if hypothesis.log_probs else None
        if is_hallucinated(text, log_prob) or (
            min_log_prob is not None and (log_prob is None or log_prob < min_log_prob)
        ):
            self._draft = []
            return None
        self._draft = hypothesis.tokens
        return self._result(text, hypothesis)

    def _loud_since(self, sample: int) -> float:
        """Returns the share (0..1) of the audio from `sample` on that is not silence."""
        fresh = is_sounding(envelope(self._all()))[sample * 100 // SPEECH_RATE :]
        return float(fresh.mean()) if len(fresh) else 0.0

    def _all(self) -> Floats:
        if self._fresh:
            self._audio = np.concatenate([self._audio, *self._fresh])
            self._fresh.clear()
        return self._audio

    def _complete_words(self, audio: Floats) -> list[int]:
        """Returns the draft without its last word, where that may be half a word."""
        words = self._model.tokens.word_spans(self._draft)
        ends_in_sound = is_sounding(envelope(audio))[-round(100 * HELD_S) :].any()
        return self._draft[: words[-1].first] if words and ends_in_sound else self._draft

    def _result(self, text: str, hypothesis: WheelTokens) -> UtteranceResult:
        spans = self._model.tokens.word_spans(hypothesis.tokens)
        words: list[TimedWord] = [
            (
                modernised(span.text),
                start,
                end,
                confidence(hypothesis.log_probs[span.first : span.end]),
            )
            for span, (start, end) in zip(spans, spread_by_letters(self._audio, spans), strict=True)
        ]
        return UtteranceResult(modernised(text), words)


def _with_lead(audio: Floats, lead_s: float) -> Floats:
    """Returns the audio after `lead_s` of silence: the model needs some before the first word."""
    return np.concatenate([np.zeros(round(lead_s * SPEECH_RATE), np.float32), audio])


def _cut(past: KeyValueCache, length: int) -> KeyValueCache:
    """Returns the cache of the first `length` tokens."""
    cut = {name: side[:, :, :length] for name, side in _growing(past).items()}
    return {**past, **{name: np.ascontiguousarray(side) for name, side in cut.items()}}


def _growing(sides: KeyValueCache) -> KeyValueCache:
    """Returns the self-attention entries, which grow with each token."""
    return {name: side for name, side in sides.items() if ".decoder." in name}


def _without_loop(hypothesis: WheelTokens, *, is_cut: bool) -> WheelTokens:
    """Drops repetitions from a hypothesis that hit the length limit (`is_cut`), as loops do."""
    while is_cut and (size := loop_length(hypothesis.tokens, [0] * len(hypothesis.tokens))):
        del hypothesis.tokens[-size:], hypothesis.log_probs[-size:]
        is_cut = len(hypothesis.tokens) > 1
    return hypothesis


def _log_prob(logits: Floats, token: int) -> float:
    top = logits.max()
    return float(logits[token] - top - np.log(np.exp(logits - top).sum()))
