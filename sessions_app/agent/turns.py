"""Who has the floor: when the caller's turn is over, and when the agent's is taken from it.

Pure: times are arguments, in ms on the call clock. `at_ms` is when something happened,
`now_ms` when it is told: a VAD tells of a start some 100 ms late, of an end half a second.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

from sessions_app.agent.barge_ins.base import BargeIn, Heard, Verdict
from sessions_app.agent.echo import echo_share
from sessions_app.agent.endpointers.base import Endpointer
from sessions_app.agent.overlaps import Overlap, Speech
from sessions_app.core.persona import TurnSettings
from sessions_app.core.states import Floor
from sessions_app.core.writing import join_sentences, plain_words

FINAL_MS = 2_000.0
"""How long after the maximum delay a final text is waited for."""

LOOK_MS = 50.0
"""How often a pause is judged anew."""

LONG_MS = 10_000.0
"""Speech that goes on after a pause was given up has lasted long enough."""

SAID_MS = 10_000.0
"""How far back the agent's own words can come back as an echo."""


@dataclass(frozen=True, slots=True)
class StartReply:
    """Answer `text`: the caller's turn is over. Times are those of `core.events.Latency`."""

    text: str
    speech_end_ms: float | None
    endpoint_ms: float
    final_ms: float | None


@dataclass(frozen=True, slots=True)
class Prepare:
    """Begin an answer to `text` in secret: it is likely to be the whole turn."""

    text: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The prepared answer is void."""


@dataclass(frozen=True, slots=True)
class HoldSpeech:
    """Fall silent at once, and keep the place."""


@dataclass(frozen=True, slots=True)
class ResumeSpeech:
    """Go on where the speech was held."""


@dataclass(frozen=True, slots=True)
class CutSpeech:
    """End the answer where it is."""


Action = StartReply | Prepare | Withdraw | HoldSpeech | ResumeSpeech | CutSpeech


class _Agent(Enum):
    SILENT = 1
    THINKING = 2
    SPEAKING = 3


class TurnTaker:
    """Takes what is heard; returns what the agent is to do about it.

    Finals are joined until the turn is over. A final that comes after its turn was answered
    from an interim replaces the answer as long as nothing of it was heard, and is left to
    the transcript afterwards. Words said over the agent whose final comes late are judged
    then: they interrupt, begin a turn where the agent has finished, or are dropped.
    """

    def __init__(self, settings: TurnSettings, endpointer: Endpointer, barge_in: BargeIn) -> None:
        self._settings = settings
        self._endpointer = endpointer
        self._barge_in = barge_in
        self.floor = Floor.LISTENING
        self._agent = _Agent.SILENT
        self._paused = False
        self._words: list[str] = []
        self._interim = ""
        self._speaking = False
        self._speech_end_ms: float | None = None
        self._latest = Speech()
        self._final_due = False
        self._final_ms: float | None = None
        self._asked = ""
        self._prepared = ""
        self._over: Overlap | None = None
        self._said: deque[tuple[float, str]] = deque()
        self.deadline_ms: float | None = None

    # -- what is heard ------------------------------------------------------------------

    def on_speech_started(self, at_ms: float, now_ms: float) -> list[Action]:
        """The VAD heard the caller begin."""
        self._speaking = True
        over_agent = self._agent is _Agent.SPEAKING and not self._paused
        self._latest = Speech(at_ms, over_agent=over_agent, unheard=True)
        actions: list[Action] = []
        if self._agent is _Agent.SPEAKING and not self._paused:
            actions = self._overlap(at_ms)
        elif self._agent is _Agent.THINKING:
            self._agent = _Agent.SILENT
            actions = [CutSpeech()]
        elif self._prepared:
            self._prepared = ""
            actions = [Withdraw()]
        return self._settled(actions, now_ms)

    def on_speech_ended(self, at_ms: float, now_ms: float) -> list[Action]:
        """The VAD heard the caller stop."""
        self._speaking = False
        self._latest.end_ms = at_ms
        if self._over is not None:
            self._over.ended_ms = at_ms
            return self._settled(self._judged(now_ms), now_ms)
        if self._listens():
            self._speech_end_ms = at_ms
            self._final_due = True
        return self._settled(self._prepare(), now_ms)

    def on_interim(self, text: str, now_ms: float) -> list[Action]:
        """The words so far of the utterance; an empty text takes them back."""
        if self._over is not None:
            self._over.interim = text
            return self._settled(self._judged(now_ms), now_ms)
        if self._agent is _Agent.SPEAKING and not self._paused:
            return self._settled(self._words_over(text, now_ms), now_ms)
        if self._agent is _Agent.SILENT or self._paused:
            self._interim = text
        return self._settled([], now_ms)

    def on_final(self, text: str, end_ms: float, now_ms: float) -> list[Action]:
        """The text of an utterance; empty when it held no words."""
        if self._over is not None:
            self._over.take(text, last=not self._speaking)
            self._latest.unheard = self._speaking
            return self._settled(self._judged(now_ms), now_ms)
        if self._agent is _Agent.SPEAKING and not self._paused:
            return self._settled(self._final_over(text, now_ms), now_ms)
        self._interim = ""
        if text and self._agent is not _Agent.THINKING and self._speech_end_ms is None:
            text = self._left_over(text, end_ms)
        self._latest.unheard = self._speaking
        if not self._speaking:
            self._final_due = False
        self._final_ms = now_ms
        if text:
            self._words.append(text)
        if self._agent is _Agent.THINKING:
            return self._settled(self._corrected(now_ms), now_ms)
        return self._settled(self._prepare(), now_ms)

    def on_typed(self, text: str, now_ms: float) -> list[Action]:
        """The caller typed a turn, or pressed one; it is over at once, and ends the agent's.

        What was said right before, and not answered yet, belongs to it.
        """
        said = self._words if self._listens() else []
        actions: list[Action] = [] if self._agent is _Agent.SILENT else [CutSpeech()]
        if self._prepared:
            actions.append(Withdraw())
        self._forget_turn()
        self._over = None
        self._words = [*said, text]
        return self._settled([*actions, self._reply(now_ms)], now_ms)

    # -- what the agent does --------------------------------------------------------------

    def on_playing(self, now_ms: float) -> list[Action]:
        """The first sound of the agent's answer, or of words of its own accord, goes out."""
        self._agent = _Agent.SPEAKING
        void: list[Action] = [Withdraw()] if self._prepared else []
        self._forget_turn()
        if self._paused:
            return self._settled([*void, HoldSpeech()], now_ms)
        held = self._overlap(now_ms) if self._speaking else []
        return self._settled([*void, *held], now_ms)

    def on_reply_over(self, now_ms: float) -> list[Action]:
        """All of the answer was heard, or there was none."""
        if self._agent is _Agent.THINKING:
            self._forget_turn()
        self._agent = _Agent.SILENT
        self._over = None
        return self._settled([], now_ms)

    def on_agent_said(self, text: str, now_ms: float) -> list[Action]:
        """The agent says `text` now: heard again soon, it is an echo."""
        self._said.append((now_ms, text))
        while self._said and now_ms - self._said[0][0] > SAID_MS:
            self._said.popleft()
        return []

    def on_interrupt(self, now_ms: float) -> list[Action]:
        """The caller pressed the button that silences the agent."""
        if self._agent is _Agent.SILENT:
            return []
        self._agent = _Agent.SILENT
        self._over = None
        self._forget_turn()
        return self._settled([CutSpeech()], now_ms)

    def on_agent_paused(self, paused: bool, now_ms: float) -> list[Action]:
        """The caller asked the agent to hold still, or to go on."""
        if paused == self._paused:
            return []
        self._paused = paused
        if self._agent is not _Agent.SPEAKING:
            return self._settled([], now_ms)
        if paused:
            self._over = None
            return self._settled([HoldSpeech()], now_ms)
        if self._text() or self._speaking:
            self._agent = _Agent.SILENT
            return self._settled([CutSpeech()], now_ms)
        return self._settled([ResumeSpeech()], now_ms)

    def on_tick(self, now_ms: float) -> list[Action]:
        """`deadline_ms` has come."""
        if self._over is not None:
            return self._settled(self._judged(now_ms), now_ms)
        due = self._endpoint_ms()
        if due is None or now_ms < due:
            return self._settled([], now_ms)
        if not self._text():
            self._forget_turn()
            return self._settled([], now_ms)
        return self._settled([self._reply(now_ms)], now_ms)

    # -- the caller's turn ----------------------------------------------------------------

    def _listens(self) -> bool:
        return self._agent is _Agent.SILENT or self._paused

    def _text(self) -> str:
        return join_sentences([*self._words, self._interim])

    def _forget_turn(self) -> None:
        self._words = []
        self._interim = ""
        self._final_due = False
        self._speech_end_ms = None
        self._prepared = ""

    def _reply(self, now_ms: float) -> StartReply:
        self._agent = _Agent.THINKING
        self._asked = self._text()
        self._prepared = ""
        self._latest.unheard = self._speaking
        final_ms = None if self._final_due else self._final_ms
        return StartReply(self._asked, self._speech_end_ms, now_ms, final_ms)

    def _corrected(self, now_ms: float) -> list[Action]:
        """Answers anew when the final text is not what was answered."""
        text = self._text()
        if plain_words(text) == plain_words(self._asked):
            return []
        return [CutSpeech(), self._reply(now_ms)] if text else []

    def _prepare(self) -> list[Action]:
        """Begins an answer to words that are likely to stay, where that is wanted."""
        text = self._text()
        if not text and self._prepared:
            self._prepared = ""
            return [Withdraw()]
        if not self._settings.preemptive or self._speaking or not text:
            return []
        if self._paused or self._agent is not _Agent.SILENT or text == self._prepared:
            return []
        self._prepared = text
        return [Prepare(text)]

    def _endpoint_ms(self) -> float | None:
        """Returns when the turn is over, as things stand; None while it is not in sight."""
        if self._speaking or self._paused or self._agent is not _Agent.SILENT:
            return None
        text, end_ms = self._text(), self._speech_end_ms
        if end_ms is None or not (text or self._final_due):
            return None
        if self._final_due:
            return end_ms + self._settings.max_delay_ms + FINAL_MS
        return end_ms + self._endpointer.delay_ms(text, self._settings)

    # -- speech over the agent's ------------------------------------------------------------

    def _overlap(self, at_ms: float) -> list[Action]:
        if self._over is not None:
            self._over.ended_ms, self._over.final = None, False
            return []
        if not self._barge_in.pauses:
            return []
        self._over = Overlap(at_ms)
        return [HoldSpeech()]

    def _words_over(self, text: str, now_ms: float) -> list[Action]:
        """Words came while the agent speaks on: a pause was given up too early."""
        if not self._speaking or not self._barge_in.pauses:
            return []
        heard = Heard(True, LONG_MS, 0.0, text, False, self._echo(text))
        if self._barge_in.judge(heard, self._settings) is not Verdict.INTERRUPT:
            return []
        self._over = Overlap(now_ms, interim=text)
        return self._judged(now_ms, Verdict.INTERRUPT)

    def _final_over(self, text: str, now_ms: float) -> list[Action]:
        """A final came after the pause was given up: its words may interrupt all the same."""
        if self._speaking or not self._latest.unheard or not self._interrupts(text):
            return []
        self._latest.unheard = False
        speech = self._latest
        self._over = Overlap(speech.start_ms, ended_ms=speech.end_ms, words=[text], final=True)
        return self._judged(now_ms, Verdict.INTERRUPT)

    def _left_over(self, text: str, end_ms: float) -> str:
        """Returns `text` when it begins a turn although the agent spoke during it, else ""."""
        speech = self._latest
        if speech.over_agent and self._barge_in.pauses and not self._interrupts(text):
            return ""
        if not self._speaking:
            self._speech_end_ms = end_ms
        return text

    def _interrupts(self, text: str) -> bool:
        speech = self._latest
        spoken_ms = max(0.0, speech.end_ms - speech.start_ms)
        heard = Heard(False, spoken_ms, LONG_MS, text, True, self._echo(text))
        verdict = self._barge_in.judge(heard, self._settings)
        return bool(text) and verdict is Verdict.INTERRUPT

    def _judged(self, now_ms: float, verdict: Verdict | None = None) -> list[Action]:
        over = self._over
        assert over is not None  # noqa: S101 - asked only while there is one
        verdict = verdict or self._barge_in.judge(self._heard(over, now_ms), self._settings)
        if verdict is Verdict.WAIT:
            return []
        self._over = None
        if verdict is Verdict.RESUME:
            return [ResumeSpeech()]
        self._agent = _Agent.SILENT
        self._latest.over_agent = False
        self._forget_turn()
        self._speech_end_ms = over.ended_ms
        self._final_due = not over.final and not self._speaking
        self._final_ms = now_ms if over.final else None
        self._words, self._interim = over.words, over.interim
        return [CutSpeech()]

    def _heard(self, over: Overlap, now_ms: float) -> Heard:
        ended = over.ended_ms
        return Heard(
            speaking=ended is None,
            speech_ms=max(0.0, (now_ms if ended is None else ended) - over.started_ms),
            silent_ms=0.0 if ended is None else max(0.0, now_ms - ended),
            text=over.text,
            final=over.final,
            echo=self._echo(over.text),
        )

    def _echo(self, text: str) -> float:
        return echo_share(text, join_sentences(said for _, said in self._said))

    # -- after each step ----------------------------------------------------------------------

    def _settled(self, actions: list[Action], now_ms: float) -> list[Action]:
        """Sets floor and deadline to what the state says; returns `actions`."""
        self.floor = self._floor()
        if self._over is not None:
            self.deadline_ms = now_ms + LOOK_MS
        else:
            self.deadline_ms = self._endpoint_ms()
        return actions

    def _floor(self) -> Floor:
        if self._agent is _Agent.SPEAKING:
            stopped = self._over is not None or self._paused
            return Floor.PAUSED if stopped else Floor.AGENT_SPEAKING
        if self._agent is _Agent.THINKING:
            return Floor.THINKING
        under_way = self._speaking or self._final_due or bool(self._text())
        return Floor.USER_SPEAKING if under_way else Floor.LISTENING
