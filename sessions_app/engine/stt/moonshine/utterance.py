"""Decoding of one utterance: interims while audio arrives, and one final at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.stt.moonshine import beam_search, decoding
from sessions_app.engine.stt.moonshine.beam_search import Penalty
from sessions_app.engine.stt.moonshine.confidence import confidence
from sessions_app.engine.stt.moonshine.dictionary import unknown_words
from sessions_app.engine.stt.moonshine.front_end import FRAME, SHORTEST, FrontEnd
from sessions_app.engine.stt.moonshine.hallucinations import is_hallucinated
from sessions_app.engine.stt.moonshine.model import EncoderMemory, Floats, Model
from sessions_app.engine.stt.moonshine.phrase_bias import PhraseBias
from sessions_app.engine.stt.moonshine.phrase_correction import PhraseCorrector
from sessions_app.engine.stt.moonshine.spelling import modernised
from sessions_app.engine.stt.moonshine.timing import FRAME_S, envelope, word_times
from sessions_app.engine.stt.moonshine.tokens import common_length
from sessions_app.engine.stt.worker.blocking.base import TimedWord, UtteranceResult

FIRST_S, EVERY_S = 0.5, 0.4
"""Audio before the first interim, and between interims. Less is sooner and costs more CPU."""

WINDOW_S = 6.0
"""Longer utterances are decoded for interims from a window on their end. A longer window gives
better interims, each of which costs more."""

SETTLED_S, AGAIN_S = 2.5, 1.0
"""Words that ended SETTLED_S before the end of the audio are not decoded again; the window keeps
AGAIN_S of audio before their end as context."""

LEAD_S = 0.2
"""Silence put before an utterance, on top of the gate's pre-roll. Of 4 650 words in 530 clips 9.6 %
were wrong with it and 10.9 % without; where the audio begins with speech the model writes
nonsense."""

SEARCH_BELOW = -0.2
"""A beam search follows where the greedy words have a lower mean log-probability than this. Higher
searches more finals, which costs CPU."""

SEARCH_BELOW_WITH_PHRASES = -0.1
"""The same for agents with phrases: a third more of their finals are searched."""

UNKNOWN_WORD_LOG_PROB = -0.12
"""A beam search follows, too, where a word outside the dictionary has a lower mean log-probability
than this, however sure the rest is. Rare words that were really said are above it."""

UNKNOWN_WORD_PENALTY = 2.0
"""Log-probability that each word outside the dictionary costs a hypothesis of that search. Of 400
utterances of three flite voices 9 had such a word in the final, each of them wrong; with this 4
came out right, and at 10 dB SNR as many words were wrong as without. Higher would replace names
that were said with common words."""

RETRY_BELOW = -0.3
"""Finals with a lower mean log-probability are decoded again with another lead of silence.

The likeliest attempt is used: some speech is decoded as nonsense, but right when it is shifted a
little. Higher decodes more finals again, which costs CPU; lower keeps more nonsense. Of 2 580 words
in 334 clips, nearly all of synthetic voices and half in noise, 22 % were wrong with one greedy
attempt, 16.6 % with a search, and 15.2 % with up to two more of both.
"""

AGAIN_LEADS = (0.3, 0.1)
"""Seconds of silence before those further attempts."""

RETRY_ACCEPT = -0.6
"""Mean log-probability that a further attempt must have where those before found no speech. Lower
lets words through that nobody said."""

_LEAD = np.zeros(round(LEAD_S * SPEECH_RATE), np.float32)

_PAUSE_LEVEL, _PAUSE_SHARE = 0.08, 0.12
"""Share of the 90th percentile level above which 10 ms sound; an interim is due only where this
share of the new audio does."""

_SILENT_SHARE = 0.06
"""Where less than this share of the audio sounds, no word was said in it."""


@dataclass(frozen=True, slots=True)
class _WindowWord:
    """A word of the window: its span of tokens, and its time from the window's beginning."""

    end_token: int
    first_token: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One attempt at a final, before phrases are corrected in it.

    Attempts are compared without corrections, which always lower the log-probability.
    """

    memory: EncoderMemory
    decoded: decoding.DecodedTokens
    greedy: decoding.DecodedTokens
    """The greedy hypothesis; the same object as `decoded` unless a search replaced it."""

    mean: float
    """The mean log-probability of the tokens of `decoded`."""


class MoonshineUtterance:
    """Decodes one utterance: `add` audio, call `interim` when it is `due`, and `final` at the end.

    `names` corrects an agent's phrases in finals; interims are left as the model writes them.
    """

    def __init__(self, model: Model, names: PhraseCorrector | None = None) -> None:
        self._model = model
        self._names = names
        self._front = FrontEnd(model)
        self._settled: list[int] = []
        """Tokens of words that are not decoded again."""

        self._prefix: list[int] = []
        """Those of them whose audio is still in the window: the decoder is forced to write them."""

        self._shown: list[int] = []
        """Tokens of the latest interim after the settled ones."""

        self._before: list[int] = []
        """The same of the interim before."""

        self._decoded = 0
        """Samples that the latest interim covered."""

        self._whole: tuple[UtteranceResult, int] | None = None
        """The result at the latest pause, and how many samples it covered."""

    @property
    def waiting_s(self) -> float:
        """Seconds of audio that no interim has covered."""
        return (len(self._front.audio) - max(self._decoded, len(_LEAD))) / SPEECH_RATE

    def add(self, audio: Floats) -> None:
        """Takes float32 audio in -1..1 at 16 kHz, of shape (n,)."""
        if not len(self._front.audio):
            self._front.add(_LEAD)
        self._front.add(audio)

    def due(self) -> bool:
        """Returns whether an interim is likely to have new words."""
        if not self._decoded:
            return self.waiting_s >= FIRST_S
        if self.waiting_s < EVERY_S:
            return False
        return self._loud_since(self._decoded) >= _PAUSE_SHARE

    def _loud_since(self, sample: int) -> float:
        """Returns the share (0..1) of the audio from `sample` on that is not silence."""
        level = envelope(self._front.audio)
        fresh = level[sample * 100 // SPEECH_RATE :]
        is_sounding = fresh > _PAUSE_LEVEL * np.percentile(level, 90)
        return float(is_sounding.mean()) if len(is_sounding) else 0.0

    def interim(self) -> str:
        """Returns the text so far; empty where it may be no speech."""
        self._decoded = len(self._front.audio)
        memory = self._front.memory()
        if memory is None:
            return ""
        self._before = self._shown
        self._shown = decoding.interim(self._model, memory, self._prefix, self._before)
        text = self._model.tokens.text([*self._settled, *self._shown])
        if self._front.frames * FRAME_S > WINDOW_S:
            self._settle(memory)
        return "" if is_hallucinated(text) else modernised(text)

    def at_pause(self) -> UtteranceResult:
        """Returns the words so far, with times and confidences; more audio may follow.

        If only silence follows, `final` returns the same without decoding.
        """
        with self._front.widened():
            result = self._recognise()
        self._decoded = len(self._front.audio)
        self._whole = (result, self._decoded) if result is not None else None
        return result or UtteranceResult()

    def final(self) -> UtteranceResult:
        """Returns the words of the whole utterance, with times and confidences."""
        if self._whole is not None and self._loud_since(self._whole[1]) < _SILENT_SHARE:
            return self._whole[0]
        self._front.widen()
        return self._recognise() or UtteranceResult()

    def _recognise(self) -> UtteranceResult | None:
        """Returns the words of all of the audio; None for no words."""
        if len(self._front.audio) < len(_LEAD) + SHORTEST:
            return None
        attempt, lead_s = self._attempt(self._front, [*self._settled, *self._shown]), LEAD_S
        for other_s in AGAIN_LEADS:
            least = RETRY_ACCEPT if attempt is None else attempt.mean
            if attempt is not None and least >= RETRY_BELOW:
                break
            retry = self._attempt(self._with_lead(other_s), [])
            if retry is not None and retry.mean >= least:
                attempt, lead_s = retry, other_s
        if attempt is None or is_hallucinated(self._text(attempt.decoded), attempt.mean):
            return None
        return self._result(self._with_phrases(attempt), lead_s)

    def _with_phrases(self, attempt: _Attempt) -> decoding.DecodedTokens:
        """Returns the hypothesis with the agent's phrases corrected.

        The greedy words are tried first: they may sound more like a phrase than a search's.
        """
        if self._names is None:
            return attempt.decoded
        corrected = self._names.correct(attempt.memory, attempt.greedy)
        if corrected is not attempt.greedy or attempt.decoded is attempt.greedy:
            return corrected
        return self._names.correct(attempt.memory, attempt.decoded)

    def _with_lead(self, lead_s: float) -> FrontEnd:
        """Returns a front end with the utterance's audio after so much silence."""
        front = FrontEnd(self._model)
        front.add(np.zeros(round(lead_s * SPEECH_RATE), np.float32))
        front.add(self._front.audio[len(_LEAD) :])
        return front

    def _attempt(self, front: FrontEnd, draft: list[int]) -> _Attempt | None:
        """Decodes all of the front end's audio; None for no words.

        Whether its words are too unlikely is checked by the caller, for the attempt it chooses.
        """
        memory = front.memory()
        if memory is None:
            return None
        greedy = decoding.final(self._model, memory, draft)
        if not greedy.tokens or is_hallucinated(self._text(greedy)):
            return None
        decoded = greedy
        least = SEARCH_BELOW if self._names is None else SEARCH_BELOW_WITH_PHRASES
        unknown = self._has_unknown_word(greedy)
        if unknown or _mean(greedy) < least:
            decoded = self._likeliest(memory, self._penalty if unknown else None) or greedy
        return _Attempt(memory, decoded, greedy, _mean(decoded))

    def _likeliest(
        self, memory: EncoderMemory, penalty: Penalty | None
    ) -> decoding.DecodedTokens | None:
        """Returns the best hypothesis of a beam search; None where that is no speech.

        Where the bias towards phrases leads to no speech, the search is repeated without it.
        """
        expected = self._names.expected if self._names is not None else None
        searched = self._searched(memory, expected, penalty)
        if expected is None:
            return searched
        if searched is None or is_hallucinated(self._text(searched), _mean(searched)):
            return self._searched(memory, None, penalty)
        return searched

    def _searched(
        self, memory: EncoderMemory, expected: PhraseBias | None, penalty: Penalty | None
    ) -> decoding.DecodedTokens | None:
        tokens = beam_search.search(self._model, memory, expected, penalty=penalty)
        if not tokens:
            return None
        decoded = decoding.score(self._model, memory, tokens)
        return None if is_hallucinated(self._text(decoded)) else decoded

    def _has_unknown_word(self, attempt: decoding.DecodedTokens) -> bool:
        """Returns whether an unlikely word is in neither the dictionary nor a phrase."""
        unknown = self._unknown_words(self._text(attempt))
        return bool(unknown) and any(
            np.mean(attempt.log_probs[span.first : span.end]) < UNKNOWN_WORD_LOG_PROB
            for span in self._model.tokens.word_spans(attempt.tokens)
            if any(word in span.text for word in unknown)
        )

    def _penalty(self, tokens: Sequence[int]) -> float:
        return UNKNOWN_WORD_PENALTY * len(self._unknown_words(self._model.tokens.text(tokens)))

    def _unknown_words(self, text: str) -> list[str]:
        own = self._names.words if self._names is not None else frozenset[str]()
        return [word for word in unknown_words(text) if word.lower() not in own]

    def _text(self, decoded: decoding.DecodedTokens) -> str:
        return self._model.tokens.text(decoded.tokens)

    def _result(self, attempt: decoding.DecodedTokens, lead_s: float) -> UtteranceResult:
        """Returns the words with their times; `lead_s` of silence were put before the audio."""
        spans = self._model.tokens.word_spans(attempt.tokens)
        placed = word_times(self._front.audio[len(_LEAD) :], attempt.attention, spans, lead_s)
        words: list[TimedWord] = [
            (
                modernised(span.text),
                start,
                end,
                confidence(attempt.log_probs[span.first : span.end]),
            )
            for span, (start, end) in zip(spans, placed, strict=True)
        ]
        return UtteranceResult(modernised(self._model.tokens.text(attempt.tokens)), words)

    def _settle(self, memory: EncoderMemory) -> None:
        """Settles words that two interims agree on, and moves the window's beginning after them."""
        begin = len(self._prefix)
        agreed = begin + common_length(self._shown, self._before)
        window_s = memory.frames * FRAME_S
        words = self._window_words(memory)
        sure = [
            word
            for word in words
            if word.first_token >= begin
            and word.end_token <= agreed
            and word.end_s < window_s - SETTLED_S
        ]
        if not sure:
            return
        tokens = [*self._prefix, *self._shown]
        end = sure[-1].end_token
        from_s = sure[-1].end_s - AGAIN_S
        retry = [word for word in words if word.end_token <= end and word.start_s >= from_s]
        cut_s = retry[0].start_s - 0.05 if retry else sure[-1].end_s
        self._front.drop(int(cut_s * SPEECH_RATE / FRAME))
        self._settled += self._shown[: end - begin]
        self._prefix = tokens[retry[0].first_token : end] if retry else []
        self._shown = self._shown[end - begin :]

    def _window_words(self, memory: EncoderMemory) -> list[_WindowWord]:
        """Returns the window's words with their tokens and times."""
        tokens = [*self._prefix, *self._shown]
        attention = decoding.attention_rows(self._model, memory, tokens)
        begin = self._front.begin_frame * FRAME
        spans = self._model.tokens.word_spans(tokens)
        placed = word_times(self._front.audio[begin:], attention, spans)
        return [
            _WindowWord(span.end, span.first, start, end)
            for span, (start, end) in zip(spans, placed, strict=True)
        ]


def _mean(decoded: decoding.DecodedTokens) -> float:
    return float(np.mean(decoded.log_probs))
