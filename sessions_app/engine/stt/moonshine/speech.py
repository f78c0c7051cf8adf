"""One utterance: audio comes, interims are told on the way, and one final at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.stt.moonshine import decoding, searching
from sessions_app.engine.stt.moonshine.confidence import confidence
from sessions_app.engine.stt.moonshine.dictionary import odd_words
from sessions_app.engine.stt.moonshine.expecting import Expected
from sessions_app.engine.stt.moonshine.front import FRAME, SHORTEST, Front
from sessions_app.engine.stt.moonshine.invented import is_invented
from sessions_app.engine.stt.moonshine.model import EncoderMemory, Floats, Model
from sessions_app.engine.stt.moonshine.modern import modern
from sessions_app.engine.stt.moonshine.naming import Names
from sessions_app.engine.stt.moonshine.searching import Penalty
from sessions_app.engine.stt.moonshine.timing import FRAME_S, envelope, times
from sessions_app.engine.stt.moonshine.tokens import common_length
from sessions_app.engine.stt.worker.blocking.base import TimedWord, UtteranceResult

FIRST_S, EVERY_S = 0.5, 0.4
"""The first interim, and how much audio it takes to the next."""

WINDOW_S = 6.0
"""Interims of longer utterances look at their end alone."""

SETTLED_S, AGAIN_S = 2.5, 1.0
"""Words that ended so long before the end stay as they are; so much before them is heard again."""

LEAD_S = 0.2
"""Silence put before an utterance, beside what the gate leaves there. Of 4 650 words in 530 clips
9.6 % were wrong with it and 10.9 % without; with none at all the model writes nonsense."""

DOUBTFUL = -0.2
"""Where the mean log-probability of the greedy words is lower, the likeliest are searched for."""

DOUBTFUL_WITH_PHRASES = -0.1
"""The same where an agent expects phrases: a third more of its finals are searched."""

ODD_SURE = -0.12
"""Where a word that is not English is less sure, the likeliest words are searched for, however
sure the rest is: a rare word that was said is surer."""

ODD_WORD = 2.0
"""By how much log-probability a word that is not English makes a hypothesis less likely. Of 400
utterances of three flite voices 9 had such a word in the final, each of them wrong; 4 came out
right with this, and in noise of 10 dB as many words were wrong as without. A larger value would put
common words in place of names that were said."""

SURE = -0.3
"""Words that are less sure are heard again, with other silence before them, and the surest are
taken: speech now and then comes out as nonsense, and right where it begins elsewhere. Of 2 580
words in 334 clips, nearly all of synthetic voices and half in noise, 22 % were wrong with one
greedy try, 16.6 % with a search, and 15.2 % with up to two more of both."""

AGAIN_LEADS = (0.3, 0.1)
"""The silence before these further tries."""

SURE_AGAIN = -0.6
"""What comes out of a further try must be surer where those before were no speech."""

_LEAD = np.zeros(round(LEAD_S * SPEECH_RATE), np.float32)

_PAUSE_LEVEL, _PAUSE_SHARE = 0.08, 0.12
_SILENT_SHARE = 0.06
"""Less than this is a breath: no word was said since."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A word of the window: its tokens and its time, from the window's beginning."""

    end_token: int
    first_token: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class _Heard:
    """One try at a final, as the model hears it.

    An agent's phrases go into the try that is taken: they are less sure than what they replace.
    """

    memory: EncoderMemory
    decoded: decoding.DecodedTokens
    greedy: decoding.DecodedTokens
    """The same unless a search found likelier words."""

    mean: float
    """The mean log-probability of the tokens."""


class MoonshineUtterance:
    """Decodes one utterance. Give it audio with `add`; ask `due` before `interim`.

    Finals have the `names` that were said; interims are as the model hears them.
    """

    def __init__(self, model: Model, names: Names | None = None) -> None:
        self._model = model
        self._names = names
        self._front = Front(model)
        self._settled: list[int] = []
        """Tokens of words that have left the window, or will stay as they are."""

        self._forced: list[int] = []
        """Those of them whose audio is still in the window."""

        self._shown: list[int] = []
        self._before: list[int] = []
        self._decoded = 0
        self._whole: tuple[UtteranceResult, int] | None = None
        """What all of the audio held at a pause, and how much of it there was."""

    @property
    def waiting_s(self) -> float:
        """How much audio no interim has told of."""
        return (len(self._front.audio) - max(self._decoded, len(_LEAD))) / SPEECH_RATE

    def add(self, audio: Floats) -> None:
        """Takes float32 audio in -1..1 at 16 kHz."""
        if not len(self._front.audio):
            self._front.add(_LEAD)
        self._front.add(audio)

    def due(self) -> bool:
        """Returns whether an interim would tell something new."""
        if not self._decoded:
            return self.waiting_s >= FIRST_S
        if self.waiting_s < EVERY_S:
            return False
        return self._loud_since(self._decoded) >= _PAUSE_SHARE

    def _loud_since(self, sample: int) -> float:
        """Returns which share (0..1) of the audio from there on is no silence."""
        level = envelope(self._front.audio)
        fresh = level[sample * 100 // SPEECH_RATE :]
        loud = fresh > _PAUSE_LEVEL * np.percentile(level, 90)
        return float(loud.mean()) if len(loud) else 0.0

    def interim(self) -> str:
        """Returns what is understood so far; empty where it may be no speech."""
        self._decoded = len(self._front.audio)
        memory = self._front.memory()
        if memory is None:
            return ""
        self._before = self._shown
        self._shown = decoding.interim(self._model, memory, self._forced, self._before)
        text = self._model.tokens.text([*self._settled, *self._shown])
        if self._front.frames * FRAME_S > WINDOW_S:
            self._settle(memory)
        return "" if is_invented(text) else modern(text)

    def at_pause(self) -> UtteranceResult:
        """Returns the words up to here, with times and confidences; more audio may follow.

        Where only silence follows it is the final, which then takes no work.
        """
        with self._front.widened():
            said = self._told()
        self._decoded = len(self._front.audio)
        self._whole = (said, self._decoded) if said is not None else None
        return said or UtteranceResult()

    def final(self) -> UtteranceResult:
        """Returns the words of the whole utterance, with times and confidences."""
        if self._whole is not None and self._loud_since(self._whole[1]) < _SILENT_SHARE:
            return self._whole[0]
        self._front.widen()
        return self._told() or UtteranceResult()

    def _told(self) -> UtteranceResult | None:
        """Returns what is said in all of the audio; None for no words."""
        if len(self._front.audio) < len(_LEAD) + SHORTEST:
            return None
        heard, lead_s = self._heard(self._front, [*self._settled, *self._shown]), LEAD_S
        for other_s in AGAIN_LEADS:
            least = SURE_AGAIN if heard is None else heard.mean
            if heard is not None and least >= SURE:
                break
            again = self._heard(self._with_lead(other_s), [])
            if again is not None and again.mean >= least:
                heard, lead_s = again, other_s
        if heard is None or is_invented(self._text(heard.decoded), heard.mean):
            return None
        return self._said(self._named(heard), lead_s)

    def _named(self, heard: _Heard) -> decoding.DecodedTokens:
        """Returns what was heard with an agent's phrases.

        They may sound like the greedy words, and not like what a search found for them.
        """
        if self._names is None:
            return heard.decoded
        named = self._names.put_in(heard.memory, heard.greedy)
        if named is not heard.greedy or heard.decoded is heard.greedy:
            return named
        return self._names.put_in(heard.memory, heard.decoded)

    def _with_lead(self, lead_s: float) -> Front:
        """Returns the audio behind so much silence."""
        front = Front(self._model)
        front.add(np.zeros(round(lead_s * SPEECH_RATE), np.float32))
        front.add(self._front.audio[len(_LEAD) :])
        return front

    def _heard(self, front: Front, draft: list[int]) -> _Heard | None:
        """Returns what the model hears, without an agent's words; None for no words.

        How sure it is is asked of the try that is taken alone.
        """
        memory = front.memory()
        if memory is None:
            return None
        greedy = decoding.final(self._model, memory, draft)
        if not greedy.tokens or is_invented(self._text(greedy)):
            return None
        decoded = greedy
        least = DOUBTFUL if self._names is None else DOUBTFUL_WITH_PHRASES
        odd = self._has_odd_word(greedy)
        if odd or _mean(greedy) < least:
            decoded = self._likeliest(memory, self._penalty if odd else None) or greedy
        return _Heard(memory, decoded, greedy, _mean(decoded))

    def _likeliest(
        self, memory: EncoderMemory, penalty: Penalty | None
    ) -> decoding.DecodedTokens | None:
        """Returns the likeliest words that a search finds; None where those are no speech.

        Words that are only found for an agent's phrases, and are no speech, cost no others.
        """
        expected = self._names.expected if self._names is not None else None
        found = self._searched(memory, expected, penalty)
        if expected is None:
            return found
        if found is None or is_invented(self._text(found), _mean(found)):
            return self._searched(memory, None, penalty)
        return found

    def _searched(
        self, memory: EncoderMemory, expected: Expected | None, penalty: Penalty | None
    ) -> decoding.DecodedTokens | None:
        tokens = searching.searched(self._model, memory, expected, penalty=penalty)
        if not tokens:
            return None
        decoded = decoding.scored(self._model, memory, tokens)
        return None if is_invented(self._text(decoded)) else decoded

    def _has_odd_word(self, heard: decoding.DecodedTokens) -> bool:
        """Returns whether a word is doubtful that neither the dictionary nor a phrase has."""
        odd = self._odd(self._text(heard))
        return bool(odd) and any(
            np.mean(heard.sure[span.first : span.end]) < ODD_SURE
            for span in self._model.tokens.words(heard.tokens)
            if any(word in span.text for word in odd)
        )

    def _penalty(self, tokens: Sequence[int]) -> float:
        return ODD_WORD * len(self._odd(self._model.tokens.text(tokens)))

    def _odd(self, text: str) -> list[str]:
        own = self._names.words if self._names is not None else frozenset[str]()
        return [word for word in odd_words(text) if word.lower() not in own]

    def _text(self, decoded: decoding.DecodedTokens) -> str:
        return self._model.tokens.text(decoded.tokens)

    def _said(self, heard: decoding.DecodedTokens, lead_s: float) -> UtteranceResult:
        """Returns the words and their times; `lead_s` of silence were put before the audio."""
        spans = self._model.tokens.words(heard.tokens)
        placed = times(self._front.audio[len(_LEAD) :], heard.looks, spans, lead_s)
        words: list[TimedWord] = [
            (modern(span.text), start, end, confidence(heard.sure[span.first : span.end]))
            for span, (start, end) in zip(spans, placed, strict=True)
        ]
        return UtteranceResult(modern(self._model.tokens.text(heard.tokens)), words)

    def _settle(self, memory: EncoderMemory) -> None:
        """Settles words that two hypotheses agree on, and lets the window begin later."""
        begin = len(self._forced)
        agreed = begin + common_length(self._shown, self._before)
        window_s = memory.frames * FRAME_S
        words = self._placed(memory)
        sure = [
            word
            for word in words
            if word.first_token >= begin
            and word.end_token <= agreed
            and word.end_s < window_s - SETTLED_S
        ]
        if not sure:
            return
        tokens = [*self._forced, *self._shown]
        end = sure[-1].end_token
        from_s = sure[-1].end_s - AGAIN_S
        again = [word for word in words if word.end_token <= end and word.start_s >= from_s]
        cut_s = again[0].start_s - 0.05 if again else sure[-1].end_s
        self._front.drop(int(cut_s * SPEECH_RATE / FRAME))
        self._settled += self._shown[: end - begin]
        self._forced = tokens[again[0].first_token : end] if again else []
        self._shown = self._shown[end - begin :]

    def _placed(self, memory: EncoderMemory) -> list[_Placed]:
        """Returns the window's words with their times."""
        tokens = [*self._forced, *self._shown]
        looks = decoding.looked(self._model, memory, tokens)
        begin = self._front.begin_frame * FRAME
        spans = self._model.tokens.words(tokens)
        placed = times(self._front.audio[begin:], looks, spans)
        return [
            _Placed(span.end, span.first, start, end)
            for span, (start, end) in zip(spans, placed, strict=True)
        ]


def _mean(decoded: decoding.DecodedTokens) -> float:
    return float(np.mean(decoded.sure))
