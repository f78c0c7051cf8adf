"""Who has the floor: when the caller's turn is over, and when the agent's is taken from it.

Pure: times are arguments, in ms on the call clock. `at_ms` is when something happened,
`now_ms` when it is told: a VAD tells of a start some 100 ms late, of an end half a second.
"""

from enum import Enum

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.core.states import Floor
from sessions_app.engine.text.writing import plain_words
from sessions_app.engine.turns.actions import (
    Action,
    AskWords,
    CutSpeech,
    HoldSpeech,
    Prepare,
    ResumeSpeech,
    StartReply,
    Withdraw,
)
from sessions_app.engine.turns.continuing import AnsweredTurn, interrupting
from sessions_app.engine.turns.endpointing.base import Endpointer
from sessions_app.engine.turns.interruption.base import BargeIn, Verdict
from sessions_app.engine.turns.judging import Judge
from sessions_app.engine.turns.overlaps import LatestSpeech, Overlap
from sessions_app.engine.turns.pending import OwedFinal, Pending, Typed

LOOK_MS = 50.0
"""How often a pause is judged anew."""


class _Agent(Enum):
    SILENT = 1
    THINKING = 2
    SPEAKING = 3


class TurnManager:
    """Takes what is heard; returns what the agent is to do about it.

    Finals are joined until the turn is over. One that comes after its turn was answered from an
    interim replaces the answer as long as nothing of it was heard. Words over the agent whose
    final comes late are judged then: they interrupt, begin a turn, or are dropped. Who goes on
    with a turn that was answered too early takes the answer back: both are one turn.
    """

    def __init__(self, settings: TurnSettings, endpointer: Endpointer, barge_in: BargeIn) -> None:
        self._settings = settings
        self.endpointer = endpointer
        self.judge = Judge(barge_in, settings)
        self.floor = Floor.LISTENING
        self._agent = _Agent.SILENT
        self._paused = False
        self._turn = Pending()
        self._owed = OwedFinal()
        self._answered = AnsweredTurn()
        self._speaking = False
        self._latest = LatestSpeech()
        self._asked = ""
        self._over: Overlap | None = None
        self.deadline_ms: float | None = None

    # -- what is heard ------------------------------------------------------------------

    def on_speech_started(self, at_ms: float, now_ms: float) -> list[Action]:
        """The VAD heard the caller begin."""
        over_agent = self._agent is _Agent.SPEAKING and not self._paused
        self._latest = LatestSpeech(at_ms, over_agent=over_agent, unheard=True)
        self._owed.new_speech(at_ms)
        self._answered.is_open = False
        return self._settled(self._spoken_to(at_ms), now_ms)

    def on_pause(self, at_ms: float, now_ms: float) -> list[Action]:
        """The VAD heard the caller pause: the turn may be over, if its words say so."""
        if self._speaking and self._over is None and self._listens():
            self._turn.go_on()
            self._turn.pause_ms = at_ms
        return self._settled([], now_ms)

    def on_resume(self, at_ms: float, now_ms: float) -> list[Action]:
        """The caller goes on after a pause, in the same utterance."""
        if self._answered.is_open:
            self._owed.forget()
        actions = self._spoken_to(at_ms) if self._over is None else []
        return self._settled(actions, now_ms)

    def _spoken_to(self, at_ms: float) -> list[Action]:
        """Returns what it does as the caller speaks."""
        self._speaking = True
        self._turn.go_on()
        self._turn.mend(self.endpointer, self._settings)
        if self._agent is _Agent.SPEAKING and not self._paused:
            return self._overlap(at_ms)
        if self._agent is _Agent.THINKING:
            self._agent = _Agent.SILENT
            return [CutSpeech(void=True)]
        if not self._turn.text:
            self._turn.before = self._answered.words_before(at_ms)
        return self._withdrawn()

    def _withdrawn(self) -> list[Action]:
        prepared, self._turn.prepared = self._turn.prepared, ""
        return [Withdraw()] if prepared else []

    def on_speech_ended(self, at_ms: float, now_ms: float) -> list[Action]:
        """The VAD heard the caller stop."""
        answered = not self._speaking
        self._speaking = False
        self._answered.is_open = False
        self._latest.end_ms = at_ms
        if self._over is not None:
            self._over.ended_ms = at_ms
            return self._settled(self._act_on_verdict(now_ms), now_ms)
        if self._listens() and not answered:
            self._turn.pause_ms = None
            self._turn.speech_end_ms = at_ms
            self._turn.final_due = True
        return self._settled(self._prepare(), now_ms)

    def on_whole(
        self,
        text: str,
        end_ms: float,
        now_ms: float,
        *,
        sure: float | None = None,
        confidence: float | None = None,
    ) -> list[Action]:
        """All words of the utterance, heard up to `end_ms`: the final, if it ends there.

        `confidence` (0..1) is the recogniser's in all of them, `sure` in the last one.
        """
        self.judge.learn(text, confidence)
        over = self._said_over(text, confidence, now_ms)
        if over is not None:
            return self._settled(over, now_ms)
        self._turn.take_whole(text, sure, end_ms)
        return self._settled(self._prepare(), now_ms)

    def on_interim(self, text: str, now_ms: float) -> list[Action]:
        """The words so far of the utterance; an empty text takes them back."""
        over = self._said_over(text, None, now_ms)
        if over is None and self._listens():
            self._turn.take_interim(text)
        return self._settled(over or [], now_ms)

    def on_turn_model(self, finished: float, at_ms: float, now_ms: float) -> list[Action]:
        """A turn model heard the silence that began at `at_ms`: 1.0 is surely the turn's end."""
        self._turn.take_turn_model(finished, at_ms)
        return self._settled([], now_ms)

    def on_final(
        self,
        text: str,
        end_ms: float,
        now_ms: float,
        *,
        sure: float | None = None,
        confidence: float | None = None,
    ) -> list[Action]:
        """The text of an utterance, empty when it held no words; the rest as in `on_whole`."""
        if self._owed.answers(end_ms):
            return self._settled(self._final_of_answered(text, now_ms), now_ms)
        if self._over is not None:
            self._over.take(text, last=not self._speaking, sure=confidence)
            self._latest.unheard = self._speaking
            return self._settled(self._act_on_verdict(now_ms), now_ms)
        if self._agent is _Agent.SPEAKING and not self._paused:
            return self._settled(self._final_over(text, confidence, now_ms), now_ms)
        if text and self._agent is not _Agent.THINKING and self._turn.speech_end_ms is None:
            text = self._left_over(text, confidence, end_ms)
        self._latest.unheard = self._speaking
        if not self._speaking:
            self._turn.final_due = False
        self._turn.take_final(text, sure, now_ms)
        answering = self._agent is _Agent.THINKING
        return self._settled(self._corrected(now_ms) if answering else self._prepare(), now_ms)

    def on_typed(self, text: str, now_ms: float) -> list[Action]:
        """The caller typed a turn, or pressed one; it is over at once, and ends the agent's.

        What was said right before, and not answered yet, belongs to it.
        """
        turn = self._turn if self._listens() and self._turn.words else Pending()
        actions: list[Action] = [] if self._agent is _Agent.SILENT else [CutSpeech()]
        actions += self._withdrawn()
        self._forget_turn()
        self._over = None
        self._turn = Pending(before=turn.before, words=[*turn.words, Typed(text)])
        return self._settled([*actions, *self._reply(now_ms)], now_ms)

    # -- what the agent does --------------------------------------------------------------

    def on_playing(self, now_ms: float) -> list[Action]:
        """The first sound of the agent's answer, or of words of its own accord, goes out."""
        self._answered.sounds(now_ms, of_its_own=self._agent is not _Agent.THINKING)
        self._agent = _Agent.SPEAKING
        void = self._withdrawn()
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
        changed, self._paused = paused != self._paused, paused
        if not changed or self._agent is not _Agent.SPEAKING:
            return self._settled([], now_ms)
        if paused:
            self._over = None
            return self._settled([HoldSpeech()], now_ms)
        if self._turn.text or self._speaking:
            self._agent = _Agent.SILENT
            return self._settled([CutSpeech()], now_ms)
        return self._settled([ResumeSpeech()], now_ms)

    def on_tick(self, now_ms: float) -> list[Action]:
        """`deadline_ms` has come."""
        if self._over is not None:
            return self._settled(self._act_on_verdict(now_ms), now_ms)
        due = self._endpoint_ms()
        if due is None or now_ms < due:
            return self._settled([], now_ms)
        if not self._turn.text:
            self._forget_turn()
            return self._settled([], now_ms)
        return self._settled(self._reply(now_ms), now_ms)

    # -- the caller's turn ----------------------------------------------------------------

    def _listens(self) -> bool:
        return self._agent is _Agent.SILENT or self._paused

    def _forget_turn(self) -> None:
        self._owed.turn_is_gone()
        self._turn = Pending()

    def _reply(self, now_ms: float) -> list[Action]:
        """Answers the turn; takes back what was said to the part of it that was answered before."""
        turn = self._turn
        void: list[Action] = [CutSpeech(void=True)] if turn.merge() else []
        self._agent = _Agent.THINKING
        self._asked = turn.text
        turn.prepared = ""
        unfinished = self.endpointer.expects_more(turn.said, self._settings)
        self._answered.begin(turn, unfinished=unfinished)
        if turn.pause_ms is not None:  # the VAD is still to tell of the end
            turn.speech_end_ms, turn.pause_ms, turn.final_due = turn.pause_ms, None, True
            self._latest.end_ms = turn.speech_end_ms
            self._speaking = False
        if turn.final_due and turn.speech_end_ms is not None:
            self._owed.expect(self._asked, turn.speech_end_ms)
        self._latest.unheard = self._speaking
        final_ms = None if turn.final_due else turn.final_ms
        return [*void, StartReply(self._asked, turn.speech_end_ms, now_ms, final_ms)]

    def _final_of_answered(self, text: str, now_ms: float) -> list[Action]:
        """Takes the final of words that were answered before it came."""
        if self._owed.is_void():
            return []
        words = [*self._turn.words, text] if text else self._turn.words
        if self._owed.is_settled(words):
            self._turn.take_final(text, None, now_ms)
            self._turn.final_due = False
            return self._corrected(now_ms) if self._agent is _Agent.THINKING else []
        if self._turn.text:
            self._turn.take_final(text, None, now_ms)
        return []

    def _corrected(self, now_ms: float) -> list[Action]:
        """Answers anew when the final text is not what was answered."""
        text = self._turn.text
        if plain_words(text) == plain_words(self._asked):
            return []
        return [CutSpeech(void=True), *self._reply(now_ms)] if text else []

    def _prepare(self) -> list[Action]:
        """Begins an answer to words that are likely to stay, where that is wanted."""
        text = self._turn.text
        if not text and self._turn.prepared:
            return self._withdrawn()
        pausing = self._turn.pause_ms is not None and self._turn.whole
        if not self._settings.preemptive or not text or (self._speaking and not pausing):
            return []
        if self._paused or self._agent is not _Agent.SILENT or text == self._turn.prepared:
            return []
        self._turn.prepared = text
        return [Prepare(text)]

    def _endpoint_ms(self) -> float | None:
        """Returns when the turn is over, as things stand; None while it is not in sight."""
        if self._paused or self._agent is not _Agent.SILENT:
            return None
        if self._speaking and self._turn.pause_ms is None:
            return None
        return self._turn.due_ms(self.endpointer, self._settings)

    # -- speech over the agent's ------------------------------------------------------------

    def _overlap(self, at_ms: float) -> list[Action]:
        if self._over is not None:
            self._over.ended_ms, self._over.final = None, False
            return []
        if not self.judge.pauses:
            return []
        self._over = self._answered.overlap(at_ms)
        return [HoldSpeech()]

    def _said_over(self, text: str, sure: float | None, now_ms: float) -> list[Action] | None:
        """Returns what words do that are said over the agent's; None where it does not speak."""
        if self._over is not None:
            self._over.interim = text
            if sure is not None:
                self._over.sure = sure
            return self._act_on_verdict(now_ms)
        speaks = self._agent is _Agent.SPEAKING and not self._paused
        return self._words_over(text, sure, now_ms) if speaks else None

    def _words_over(self, text: str, confidence: float | None, now_ms: float) -> list[Action]:
        """Words came while the agent speaks on: a pause was given up too early."""
        if not self._speaking or not self.judge.pauses:
            return []
        if not self.judge.words_interrupt(text, confidence):
            return [AskWords()] if text and self.judge.asks(now_ms) else []
        self._over = self._answered.overlap(self._latest.start_ms, interim=text)
        return self._act_on_verdict(now_ms, Verdict.INTERRUPT)

    def _final_over(self, text: str, confidence: float | None, now_ms: float) -> list[Action]:
        """A final came after the pause was given up: its words may interrupt all the same."""
        speech = self._latest
        if self._speaking or not speech.unheard:
            return []
        if not self.judge.final_interrupts(speech, text, confidence):
            return []
        speech.unheard = False
        self._over = self._answered.overlap(speech.start_ms, words=[text], final=True)
        self._over.ended_ms = speech.end_ms
        return self._act_on_verdict(now_ms, Verdict.INTERRUPT)

    def _left_over(self, text: str, confidence: float | None, end_ms: float) -> str:
        """Returns `text` when it begins a turn although the agent spoke during it, else ""."""
        over_agent = self._latest.over_agent and self.judge.pauses
        if over_agent and not self.judge.final_interrupts(self._latest, text, confidence):
            return ""
        if not self._speaking:
            self._turn.speech_end_ms = end_ms
        return text

    def _act_on_verdict(self, now_ms: float, verdict: Verdict | None = None) -> list[Action]:
        over = self._over
        assert over is not None  # noqa: S101 - asked only while there is one
        verdict = verdict or self.judge.of_overlap(over, now_ms)
        if verdict is Verdict.WAIT:
            asks = over.ended_ms is None and over.text and self.judge.asks(now_ms)
            return [AskWords()] if asks else []
        self._over = None
        if verdict is Verdict.RESUME:
            return [ResumeSpeech()]
        self._agent = _Agent.SILENT
        self._latest.over_agent = False
        self._forget_turn()
        self._turn, goes_on = interrupting(over, now_ms, speaking=self._speaking)
        return [CutSpeech(void=goes_on)]

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
        under_way = self._speaking or self._turn.final_due or bool(self._turn.text)
        return Floor.USER_SPEAKING if under_way else Floor.LISTENING
