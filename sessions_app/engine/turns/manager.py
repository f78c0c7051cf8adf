"""The turn-taking state machine: when the caller's turn ends, and when the agent is interrupted.

Pure: times are arguments, in ms on the call clock. `at_ms` is when something happened, `now_ms`
when it is reported: a VAD reports a start some 100 ms late, and an end half a second.
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
from sessions_app.engine.turns.continuing import AnsweredTurn, turn_of_interruption
from sessions_app.engine.turns.endpointing.base import Endpointer
from sessions_app.engine.turns.interruption.base import BargeIn, Verdict
from sessions_app.engine.turns.judging import InterruptionJudge
from sessions_app.engine.turns.overlaps import LatestSpeech, Overlap
from sessions_app.engine.turns.pending import OutstandingFinal, PendingTurn, Typed

JUDGE_EVERY_MS = 50.0
"""How often speech over the agent is judged again. Less reacts sooner and costs CPU."""


class _Agent(Enum):
    SILENT = 1
    THINKING = 2
    SPEAKING = 3


class TurnManager:
    """Takes events of the call; each method returns what the agent should do about one.

    Finals are joined until the turn is over. The final of a turn that was answered from an interim
    replaces the answer if nothing of that was heard. A late final of words over the agent
    interrupts it, begins a turn, or is dropped. If the caller continues a turn that was answered
    too early, the answer is voided and both parts are one turn. Call `on_tick` at `deadline_ms`.
    """

    def __init__(self, settings: TurnSettings, endpointer: Endpointer, rule: BargeIn) -> None:
        self._settings = settings
        self.endpointer = endpointer
        self.judge = InterruptionJudge(rule, settings)
        self.floor = Floor.LISTENING
        self._agent = _Agent.SILENT
        self._paused = False
        self._turn = PendingTurn()
        self._outstanding_final = OutstandingFinal()
        self._answered = AnsweredTurn()
        self._speaking = False
        self._latest = LatestSpeech()
        self._asked = ""
        self._overlap: Overlap | None = None
        self.deadline_ms: float | None = None

    # -- what is heard ------------------------------------------------------------------

    def on_speech_started(self, at_ms: float, now_ms: float) -> list[Action]:
        """The VAD found that the caller began to speak."""
        over_agent = self._agent is _Agent.SPEAKING and not self._paused
        self._latest = LatestSpeech(at_ms, over_agent=over_agent, unheard=True)
        self._outstanding_final.new_speech(at_ms)
        self._answered.is_open = False
        return self._finish(self._caller_speaks(at_ms), now_ms)

    def on_pause(self, at_ms: float, now_ms: float) -> list[Action]:
        """The VAD found a pause: the turn may be over, if its words are complete."""
        if self._speaking and self._overlap is None and self._is_listening():
            self._turn.resume()
            self._turn.pause_ms = at_ms
        return self._finish([], now_ms)

    def on_resume(self, at_ms: float, now_ms: float) -> list[Action]:
        """The caller speaks again after a pause, in the same utterance."""
        if self._answered.is_open:
            self._outstanding_final.forget()
        actions = self._caller_speaks(at_ms) if self._overlap is None else []
        return self._finish(actions, now_ms)

    def _caller_speaks(self, at_ms: float) -> list[Action]:
        """Notes that the caller speaks, after silence or a pause."""
        self._speaking = True
        self._turn.resume()
        self._turn.reopen_sentence(self.endpointer, self._settings)
        if self._agent is _Agent.SPEAKING and not self._paused:
            return self._begin_overlap(at_ms)
        if self._agent is _Agent.THINKING:
            self._agent = _Agent.SILENT
            return [CutSpeech(void=True)]
        if not self._turn.text:
            self._turn.before = self._answered.words_before(at_ms)
        return self._withdraw()

    def _withdraw(self) -> list[Action]:
        prepared, self._turn.prepared = self._turn.prepared, ""
        return [Withdraw()] if prepared else []

    def on_speech_ended(self, at_ms: float, now_ms: float) -> list[Action]:
        """The VAD found that the caller stopped speaking."""
        answered = not self._speaking
        self._speaking = False
        self._answered.is_open = False
        self._latest.end_ms = at_ms
        if self._overlap is not None:
            self._overlap.ended_ms = at_ms
            return self._finish(self._act_on_verdict(now_ms), now_ms)
        if self._is_listening() and not answered:
            self._turn.pause_ms = None
            self._turn.speech_end_ms = at_ms
            self._turn.final_due = True
        return self._finish(self._prepare(), now_ms)

    def on_whole(
        self,
        text: str,
        end_ms: float,
        now_ms: float,
        *,
        sure: float | None = None,
        confidence: float | None = None,
    ) -> list[Action]:
        """All words of the utterance up to `end_ms`: its final, if the caller says no more.

        `confidence` (0..1, None if unknown) is the recogniser's in all words, `sure` in the last.
        """
        self.judge.learn(text, confidence)
        actions = self._words_over(text, confidence, now_ms)
        if actions is not None:
            return self._finish(actions, now_ms)
        self._turn.take_whole(text, sure, end_ms)
        return self._finish(self._prepare(), now_ms)

    def on_interim(self, text: str, now_ms: float) -> list[Action]:
        """The utterance's words so far; an empty text retracts them."""
        actions = self._words_over(text, None, now_ms)
        if actions is None and self._is_listening():
            self._turn.take_interim(text)
        return self._finish(actions or [], now_ms)

    def on_turn_model(self, finished: float, at_ms: float, now_ms: float) -> list[Action]:
        """A turn model's probability (0..1) that the silence from `at_ms` on ends the turn."""
        self._turn.take_turn_model(finished, at_ms)
        return self._finish([], now_ms)

    def on_final(
        self,
        text: str,
        end_ms: float,
        now_ms: float,
        *,
        sure: float | None = None,
        confidence: float | None = None,
    ) -> list[Action]:
        """An utterance's final text, empty where it has no words; the rest as in `on_whole`."""
        if self._outstanding_final.answers(end_ms):
            return self._finish(self._final_of_answered(text, now_ms), now_ms)
        if self._overlap is not None:
            stands = self._latest.stands(text, final=True)
            self._overlap.take(text, last=not self._speaking, sure=confidence, stands=stands)
            self._latest.unheard = self._speaking
            return self._finish(self._act_on_verdict(now_ms), now_ms)
        if self._agent is _Agent.SPEAKING and not self._paused:
            return self._finish(self._late_final(text, confidence, now_ms), now_ms)
        if text and self._agent is not _Agent.THINKING and self._turn.speech_end_ms is None:
            text = self._late_final_text(text, confidence, end_ms)
        self._latest.unheard = self._speaking
        if not self._speaking:
            self._turn.final_due = False
        self._turn.take_final(text, sure, now_ms)
        answering = self._agent is _Agent.THINKING
        return self._finish(self._correct(now_ms) if answering else self._prepare(), now_ms)

    def on_typed(self, text: str, now_ms: float) -> list[Action]:
        """The caller typed a turn or pressed keys: it is over at once, and interrupts the agent.

        Words that were said right before and not answered yet belong to it.
        """
        turn = self._turn if self._is_listening() and self._turn.words else PendingTurn()
        actions: list[Action] = [] if self._agent is _Agent.SILENT else [CutSpeech()]
        actions += self._withdraw()
        self._forget_turn()
        self._overlap = None
        self._turn = PendingTurn(before=turn.before, words=[*turn.words, Typed(text)])
        return self._finish([*actions, *self._reply(now_ms)], now_ms)

    # -- what the agent does --------------------------------------------------------------

    def on_playing(self, now_ms: float) -> list[Action]:
        """The first audio of an answer is sent, or of something that the agent says unprompted."""
        self._answered.sounds(now_ms, of_its_own=self._agent is not _Agent.THINKING)
        self._agent = _Agent.SPEAKING
        void = self._withdraw()
        self._forget_turn()
        if self._paused:
            return self._finish([*void, HoldSpeech()], now_ms)
        hold = self._begin_overlap(now_ms) if self._speaking else []
        return self._finish([*void, *hold], now_ms)

    def on_reply_over(self, now_ms: float) -> list[Action]:
        """The answer was played to its end, or there was none."""
        if self._agent is _Agent.THINKING:
            self._forget_turn()
        self._agent = _Agent.SILENT
        self._overlap = None
        return self._finish([], now_ms)

    def on_interrupt(self, now_ms: float) -> list[Action]:
        """The caller pressed the button that silences the agent."""
        if self._agent is _Agent.SILENT:
            return []
        self._agent = _Agent.SILENT
        self._overlap = None
        self._forget_turn()
        return self._finish([CutSpeech()], now_ms)

    def on_agent_paused(self, paused: bool, now_ms: float) -> list[Action]:
        """The caller paused the agent, or resumed it."""
        changed, self._paused = paused != self._paused, paused
        if not changed or self._agent is not _Agent.SPEAKING:
            return self._finish([], now_ms)
        if paused:
            self._overlap = None
            return self._finish([HoldSpeech()], now_ms)
        if self._turn.text or self._speaking:
            self._agent = _Agent.SILENT
            return self._finish([CutSpeech()], now_ms)
        return self._finish([ResumeSpeech()], now_ms)

    def on_tick(self, now_ms: float) -> list[Action]:
        """`deadline_ms` has passed."""
        if self._overlap is not None:
            return self._finish(self._act_on_verdict(now_ms), now_ms)
        due = self._endpoint_ms()
        if due is None or now_ms < due:
            return self._finish([], now_ms)
        if not self._turn.text:
            self._forget_turn()
            return self._finish([], now_ms)
        return self._finish(self._reply(now_ms), now_ms)

    # -- the caller's turn ----------------------------------------------------------------

    def _is_listening(self) -> bool:
        return self._agent is _Agent.SILENT or self._paused

    def _forget_turn(self) -> None:
        self._outstanding_final.turn_is_gone()
        self._turn = PendingTurn()

    def _reply(self, now_ms: float) -> list[Action]:
        """Answers the turn, and voids an answer to an earlier part of it."""
        turn = self._turn
        void: list[Action] = [CutSpeech(void=True)] if turn.merge() else []
        self._agent = _Agent.THINKING
        self._asked = turn.text
        turn.prepared = ""
        unfinished = self.endpointer.expects_more(turn.so_far, self._settings)
        self._answered.begin(turn, unfinished=unfinished)
        if turn.pause_ms is not None:  # the VAD has yet to report the end
            turn.speech_end_ms, turn.pause_ms, turn.final_due = turn.pause_ms, None, True
            self._latest.end_ms = turn.speech_end_ms
            self._speaking = False
        if turn.final_due and turn.speech_end_ms is not None:
            self._outstanding_final.expect(self._asked, turn.speech_end_ms)
        self._latest.unheard = self._speaking
        final_ms = None if turn.final_due else turn.final_ms
        return [*void, StartReply(self._asked, turn.speech_end_ms, now_ms, final_ms)]

    def _final_of_answered(self, text: str, now_ms: float) -> list[Action]:
        """Takes the final of a turn that was answered before its final came."""
        if self._outstanding_final.is_void():
            return []
        words = [*self._turn.words, text] if text else self._turn.words
        if self._outstanding_final.is_settled(words):
            self._turn.take_final(text, None, now_ms)
            self._turn.final_due = False
            return self._correct(now_ms) if self._agent is _Agent.THINKING else []
        if self._turn.text:
            self._turn.take_final(text, None, now_ms)
        return []

    def _correct(self, now_ms: float) -> list[Action]:
        """Answers again where the final text differs from what was answered."""
        text = self._turn.text
        if plain_words(text) == plain_words(self._asked):
            return []
        return [CutSpeech(void=True), *self._reply(now_ms)] if text else []

    def _prepare(self) -> list[Action]:
        """Begins a preemptive answer to words that are likely to be final, where that is on."""
        text = self._turn.text
        if not text and self._turn.prepared:
            return self._withdraw()
        pausing = self._turn.pause_ms is not None and self._turn.whole
        if not self._settings.preemptive or not text or (self._speaking and not pausing):
            return []
        if self._paused or self._agent is not _Agent.SILENT or text == self._turn.prepared:
            return []
        self._turn.prepared = text
        return [Prepare(text)]

    def _endpoint_ms(self) -> float | None:
        """Returns when the turn ends if nothing more happens; None while that is not known."""
        if self._paused or self._agent is not _Agent.SILENT:
            return None
        if self._speaking and self._turn.pause_ms is None:
            return None
        return self._turn.due_ms(self.endpointer, self._settings)

    # -- speech over the agent's ------------------------------------------------------------

    def _begin_overlap(self, at_ms: float) -> list[Action]:
        if self._overlap is not None:
            self._overlap.ended_ms, self._overlap.final = None, False
            return []
        if not self.judge.pauses:
            return []
        self._overlap = self._answered.overlap(at_ms)
        return [HoldSpeech()]

    def _words_over(self, text: str, sure: float | None, now_ms: float) -> list[Action] | None:
        """Takes words said over the agent; None where it is silent, and they are a turn's."""
        if self._overlap is not None:
            self._overlap.interim = text
            if sure is not None:
                self._overlap.sure, self._overlap.stands = sure, self._latest.stands(text)
            return self._act_on_verdict(now_ms)
        is_late = self._agent is _Agent.SPEAKING and not self._paused
        return self._late_words(text, sure, now_ms) if is_late else None

    def _late_words(self, text: str, confidence: float | None, now_ms: float) -> list[Action]:
        """Takes words that came after the agent resumed: they may interrupt it after all."""
        if not self._speaking or not self.judge.pauses:
            return []
        if not self.judge.words_interrupt(self._latest, text, confidence):
            return [AskWords()] if text and self.judge.should_ask(now_ms) else []
        self._overlap = self._answered.overlap(self._latest.start_ms, interim=text)
        return self._act_on_verdict(now_ms, Verdict.INTERRUPT)

    def _late_final(self, text: str, confidence: float | None, now_ms: float) -> list[Action]:
        """Takes a final that came after the agent resumed: it may interrupt it after all."""
        speech = self._latest
        if self._speaking or not speech.unheard:
            return []
        if not self.judge.final_interrupts(speech, text, confidence):
            return []
        self._overlap = self._answered.overlap(speech.start_ms, words=[text], final=True)
        self._overlap.ended_ms, speech.unheard = speech.end_ms, False
        return self._act_on_verdict(now_ms, Verdict.INTERRUPT)

    def _late_final_text(self, text: str, confidence: float | None, end_ms: float) -> str:
        """Returns `text` where it begins a turn although the agent spoke during it; else ""."""
        over_agent = self._latest.over_agent and self.judge.pauses
        if over_agent and not self.judge.final_interrupts(self._latest, text, confidence):
            return ""
        if not self._speaking:
            self._turn.speech_end_ms = end_ms
        return text

    def _act_on_verdict(self, now_ms: float, verdict: Verdict | None = None) -> list[Action]:
        overlap = self._overlap
        assert overlap is not None  # noqa: S101 - asked only while there is one
        verdict = verdict or self.judge.verdict(overlap, now_ms)
        if verdict is Verdict.WAIT:
            asks = overlap.ended_ms is None and overlap.text and self.judge.should_ask(now_ms)
            return [AskWords()] if asks else []
        self._overlap = None
        if verdict is Verdict.RESUME:
            return [ResumeSpeech()]
        self._agent = _Agent.SILENT
        self._latest.over_agent = False
        self._forget_turn()
        self._turn, goes_on = turn_of_interruption(overlap, now_ms, speaking=self._speaking)
        return [CutSpeech(void=goes_on)]

    def _finish(self, actions: list[Action], now_ms: float) -> list[Action]:
        """Updates `floor` and `deadline_ms` from the state; returns `actions`."""
        self.floor = self._floor()
        if self._overlap is not None:
            self.deadline_ms = now_ms + JUDGE_EVERY_MS
        else:
            self.deadline_ms = self._endpoint_ms()
        return actions

    def _floor(self) -> Floor:
        if self._agent is _Agent.SPEAKING:
            stopped = self._overlap is not None or self._paused
            return Floor.PAUSED if stopped else Floor.AGENT_SPEAKING
        if self._agent is _Agent.THINKING:
            return Floor.THINKING
        under_way = self._speaking or self._turn.final_due or bool(self._turn.text)
        return Floor.USER_SPEAKING if under_way else Floor.LISTENING
