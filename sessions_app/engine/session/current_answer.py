"""The agent's current answer, and the next one that is prepared before its turn is certain."""

import asyncio
from collections import deque
from collections.abc import Callable

from sessions_app.engine.agent.reply import AnswerPiece
from sessions_app.engine.agent.responders.base import Conversation, Message
from sessions_app.engine.core.events import Speaker
from sessions_app.engine.session.agent_parts import AgentParts, CallControls
from sessions_app.engine.session.agent_transcript import AgentTranscript
from sessions_app.engine.session.answer import Answer, SpeechOutput, no_tokens, single_token
from sessions_app.engine.session.audibility import Audibility
from sessions_app.engine.session.tool_context import ToolContext
from sessions_app.engine.session.turn_log import TurnLog
from sessions_app.engine.turns.actions import StartReply

MOST_WHISPERS = 20
"""How many of the newest whispers an agent gets.

More leave less of a model's context for the conversation; fewer forget instructions sooner.
"""


class CurrentAnswer:
    """Starts, prepares and cuts answers, and logs what was heard of them.

    Its owner sets the `on_*` callbacks and `follow_up`. Used on one event loop; nothing here
    blocks.
    """

    def __init__(
        self,
        parts: AgentParts,
        call: CallControls,
        log: TurnLog,
        audibility: Audibility,
        new_tools: Callable[[], ToolContext],
    ) -> None:
        self._parts = parts
        self._call = call
        self._log = log
        self._audibility = audibility
        self._new_tools = new_tools
        self._playout = parts.playout
        self._playout.on_first = self._piece_started
        self._playout.on_finished = self._piece_finished
        self._transcript = AgentTranscript(
            parts.playout, parts.numbers, parts.config.language, call.emit
        )
        self._output = self._speech_output()
        self._answer: Answer | None = None
        self._prepared: Answer | None = None
        self._cancelled: set[asyncio.Task[None]] = set()
        self._closed = False
        self.held = False
        """Whether staff speak for the agent: the caller's turns get no answer."""

        self.ended_unheard = False
        """Whether the last answer was cut before any of it was played."""

        self.whispers: deque[str] = deque(maxlen=MOST_WHISPERS)
        """The instructions of staff for the answers that start from now on."""

        self.on_first_sound: Callable[[], None] = lambda: None
        """Called when the first packet of an answer was sent."""

        self.on_ended: Callable[[], None] = lambda: None
        """Called when an answer has ended, whether it was played to its end or cut."""

        self.on_completed: Callable[[], None] = lambda: None
        """Called after `on_ended` if all of the answer was played."""

        self.follow_up: Callable[[Answer], None] = lambda _: None
        """Called last: says what follows an answer that has ended, such as an apology."""

    def _speech_output(self) -> SpeechOutput:
        return SpeechOutput(
            self._parts.voice,
            self._playout,
            self._call,
            on_mute=self._piece_without_audio,
            on_token=self._transcript.token,
            on_restart=self._transcript.retract,
        )

    @property
    def idle(self) -> bool:
        """Whether there is no answer, neither one that plays nor one that is about to."""
        return self._answer is None

    # -- answers to the caller ----------------------------------------------------------

    def prepare(self, text: str) -> None:
        """Starts to generate an answer silently (speculatively), as the turn may still go on.

        Does nothing unless the responder is `speculative`.
        """
        self.discard_prepared()
        if self._parts.responder.speculative and not self.held:
            self._prepared = self._answer_to(text)
            self._prepared.start(self._generated)

    def discard_prepared(self) -> None:
        """Cancels the prepared answer, as the caller said something else."""
        if self._prepared is not None:
            self._cancel(self._prepared)
            self._prepared = None

    def reply(self, turn: StartReply) -> None:
        """Answers a turn that is certain, with the prepared answer if that is to the same text."""
        self.cut()  # unprompted words that had not started to play
        prepared = self._prepared
        if prepared is not None and prepared.text == turn.text:
            self._prepared = None
            self._answer = prepared
        else:
            self.discard_prepared()
            self._answer = self._answer_to(turn.text)
            self._answer.start(self._generated)
        self._transcript.begin(self._log.turns + 2)
        self._answer.allow(turn)
        if self._answer.done:
            self._generated(self._answer)

    def _answer_to(self, text: str) -> Answer:
        parts, tools = self._parts, self._new_tools()
        conversation = Conversation(
            agent_config=parts.config,
            messages=(*self._log.messages, Message(Speaker.CALLER, text)),
            host=tools,
            speech_id=f"{parts.call_id}/{self._log.turns + 1}",
            call_id=parts.call_id,
            usage=parts.usage,
            whispers=tuple(self.whispers),
        )
        tokens = no_tokens() if self.held else parts.responder.stream(conversation)
        markdown = parts.responder.markdown
        return Answer(tokens, self._output, tools, text=text, markdown=markdown)

    # -- unprompted words ---------------------------------------------------------------

    def announce(
        self,
        text: str,
        then: Callable[[], object] | None = None,
        *,
        keep: bool = True,
        said_by: int = 0,
    ) -> None:
        """Says `text` unprompted. `then` runs once all of it was heard or cut.

        `keep` is for fixed phrases: they are one segment, and their audio is cached for next time.
        `said_by` is the key of the user who typed it.
        """
        tokens = single_token(text)
        self._answer = Answer(tokens, self._output, self._new_tools(), keep=keep, then=then)
        self._transcript.begin(self._log.turns + 1, one_segment=keep, said_by=said_by)
        self._answer.start(self._generated)
        self._answer.allow()

    def say_unheard_rest(self) -> None:
        """Says what was cut off the last answer, if anything was."""
        if rest := self._transcript.pop_unheard_rest():
            self.announce(rest, keep=False)

    def forget_unheard_rest(self) -> None:
        """Never says what was cut off the last answer."""
        self._transcript.pop_unheard_rest()

    # -- how an answer goes on and ends -------------------------------------------------

    def resumed(self) -> None:
        """Notes that the answer plays on after a pause."""
        if self._answer is not None:
            self._answer.note_audible()

    def update_caption(self) -> None:
        """Emits how far the current sentence was heard, if that changed."""
        self._transcript.update_caption()

    def cut(self, *, void: bool = False) -> None:
        """Ends the current answer at its current position.

        With `void` the caller is still in the turn that was answered: the answer is removed from
        the memory, and its tools' changes are undone (`turns.actions.CutSpeech`).
        """
        if self._answer is not None:
            self._end_here(self._answer, void=void)
        if void:
            self._log.retract()
            self.discard_prepared()

    def close(self) -> None:
        """Cuts the current answer for good; may be called twice."""
        if not self._closed:
            self.cut()
            self._closed = True
        self.discard_prepared()

    async def aclose(self) -> None:
        """Closes, and returns when the tasks of all answers have ended."""
        self.close()
        await asyncio.gather(*self._cancelled, return_exceptions=True)

    def _end_here(self, answer: Answer, *, void: bool) -> None:
        self._cancel(answer)
        if answer.first_audio_ms is not None:
            started = self._transcript.started
            unplayed = [p.text for p in answer.reply.begun if p not in started]
            self._transcript.cut([*unplayed, answer.reply.waiting_text], self._call.now_ms())
        else:
            self._transcript.flush()
        self._playout.clear()
        if not void:
            self._log.commit_caller(answer)
        self._end(answer, interrupted=True)
        if answer.then is not None or (answer.tools.ends_call and not void):
            self.follow_up(answer)

    def _end_if_completed(self) -> None:
        answer = self._answer
        if self._closed or answer is None or not answer.done or not self._playout.idle:
            return
        self._transcript.flush()
        self._log.commit_caller(answer)
        self._end(answer, interrupted=False)
        self.on_completed()
        self.follow_up(answer)

    def _end(self, answer: Answer, *, interrupted: bool) -> None:
        self._answer = None
        self.ended_unheard = interrupted and answer.first_audio_ms is None
        self._log.end_answer(answer, self._transcript.said_text, interrupted=interrupted)
        self._playout.forget_finished()
        self.on_ended()

    def _cancel(self, answer: Answer) -> None:
        task = answer.cancel()
        if task is not None and not task.done():
            self._cancelled.add(task)
            task.add_done_callback(self._cancelled.discard)

    # -- callbacks of the playout and of the answer -------------------------------------

    def _piece_started(self, item: object) -> None:
        assert isinstance(item, AnswerPiece)  # noqa: S101 - nothing else is put there
        answer = self._answer
        if answer is None:
            return
        now = self._call.now_ms()
        self._transcript.piece_started(item)
        if answer.first_audio_ms is None:
            answer.first_audio_ms = now
            self._log.commit_caller(answer)
            self.on_first_sound()
            if not self._playout.paused:
                answer.note_audible()
        # the same text from the caller soon after is the agent's own echo
        self._parts.turn_manager.judge.agent_speech.add(item.text, now)

    def _piece_finished(self, item: object) -> None:
        assert isinstance(item, AnswerPiece)  # noqa: S101 - nothing else is put there
        self._transcript.piece_finished(item)
        self._end_if_completed()

    def _piece_without_audio(self, piece: AnswerPiece, heard: bool) -> None:
        self._log.commit_caller(self._answer)
        self._transcript.piece_without_audio(piece, self._call.now_ms(), heard=heard)
        if not heard:
            self._audibility.warn_unheard()

    def _generated(self, answer: Answer) -> None:
        if answer is self._answer:
            self._end_if_completed()
