"""What the agent says now: the present answer, and the next one while it is only likely."""

import asyncio
from collections.abc import Callable

from sessions_app.engine.agent.reply import AnswerPiece
from sessions_app.engine.agent.responders.base import Conversation, Message
from sessions_app.engine.core.events import Speaker
from sessions_app.engine.session.agent_parts import CallLine, Parts
from sessions_app.engine.session.agent_transcript import AgentTranscript
from sessions_app.engine.session.answering import Answer, SpeechOutput, once
from sessions_app.engine.session.audibility import Audibility
from sessions_app.engine.session.tool_context import ToolContext
from sessions_app.engine.session.turn_log import TurnLog
from sessions_app.engine.turns.actions import StartReply


class CurrentAnswer:
    """Starts, prepares and cuts answers, and has what was heard of them logged.

    Its owner sets what is to be told. Lives on one event loop; nothing here waits.
    """

    def __init__(
        self,
        parts: Parts,
        line: CallLine,
        log: TurnLog,
        audibility: Audibility,
        new_tools: Callable[[], ToolContext],
    ) -> None:
        self._parts = parts
        self._line = line
        self._log = log
        self._audibility = audibility
        self._new_tools = new_tools
        self._playout = parts.playout
        self._playout.on_first = self._piece_sounds
        self._playout.on_finished = self._piece_heard
        self._transcript = AgentTranscript(
            parts.playout, parts.numbers, parts.persona.language, line.emit
        )
        told = (self._piece_without_sound, self._transcript.token, self._transcript.take_back)
        self._output = SpeechOutput(parts.voice, parts.playout, line, *told)
        self._answer: Answer | None = None
        self._prepared: Answer | None = None
        self._cancelled: set[asyncio.Task[None]] = set()
        self._closed = False
        self.on_first_sound: Callable[[], None] = lambda: None
        """Told when the first sound of an answer went out."""

        self.on_silent: Callable[[], None] = lambda: None
        """Told when an answer is no more, heard or cut."""

        self.on_over: Callable[[], None] = lambda: None
        """Told after that, where all of it was heard."""

        self.follow_up: Callable[[Answer], None] = lambda _: None
        """Does what an answer leads to once it is no more: an apology, a goodbye."""

    @property
    def idle(self) -> bool:
        """Whether there is no answer now, sounding or about to."""
        return self._answer is None

    # -- answers to the caller ----------------------------------------------------------

    def prepare(self, text: str) -> None:
        """Begins an answer in secret, where the responder allows that: the turn may go on."""
        self.discard_prepared()
        if self._parts.responder.speculative:
            self._prepared = self._answer_to(text)
            self._prepared.start(self._all_handed_over)

    def discard_prepared(self) -> None:
        """Drops what was prepared: the caller said something else."""
        if self._prepared is not None:
            self._cancel(self._prepared)
            self._prepared = None

    def reply(self, asked: StartReply) -> None:
        """Answers a turn that is certain, with what was prepared where that fits."""
        self.cut()  # words of its own accord that had not begun to sound
        prepared = self._prepared
        if prepared is not None and prepared.text == asked.text:
            self._prepared = None
            self._answer = prepared
        else:
            self.discard_prepared()
            self._answer = self._answer_to(asked.text)
            self._answer.start(self._all_handed_over)
        self._transcript.begin(self._log.turns + 2)
        self._answer.allow(asked)
        if self._answer.done:
            self._all_handed_over(self._answer)

    def _answer_to(self, text: str) -> Answer:
        parts, tools = self._parts, self._new_tools()
        conversation = Conversation(
            persona=parts.persona,
            messages=(*self._log.messages, Message(Speaker.CALLER, text)),
            host=tools,
            speech_id=f"{parts.call_id}/{self._log.turns + 1}",
            call_id=parts.call_id,
        )
        tokens = parts.responder.stream(conversation)
        markdown = parts.responder.markdown
        return Answer(tokens, self._output, tools, text=text, markdown=markdown)

    # -- words of the agent's own accord ------------------------------------------------

    def announce(
        self, text: str, then: Callable[[], object] | None = None, *, keep: bool = True
    ) -> None:
        """Says `text` of the agent's own accord, which is one segment where it is a fixed phrase.

        `keep` says that it is one: its sound is kept, since it will be said again. `then` runs
        once all of it was heard or cut.
        """
        self._answer = Answer(once(text), self._output, self._new_tools(), keep=keep, then=then)
        self._transcript.begin(self._log.turns + 1, whole=keep)
        self._answer.start(self._all_handed_over)
        self._answer.allow()

    def say_rest(self, *, wanted: bool) -> None:
        """Says what was cut off of the last answer; forgets it where it is not `wanted`."""
        if rest := self._transcript.rest(wanted=wanted):
            self.announce(rest, keep=False)

    # -- how an answer goes on and ends -------------------------------------------------

    def resumed(self) -> None:
        """Notes that the answer sounds on after it was held."""
        if self._answer is not None:
            self._answer.heard()

    def caption(self) -> None:
        """Tells how far the present words were heard."""
        self._transcript.caption()

    def cut(self, *, void: bool = False) -> None:
        """Ends the present answer where it is; see `turns.actions.CutSpeech`."""
        if self._answer is not None:
            self._end_here(self._answer, void=void)
        if void:
            self._log.take_back()
            self.discard_prepared()

    def close(self) -> None:
        """Cuts the present answer, for good; may be called twice."""
        if not self._closed:
            self.cut()
            self._closed = True
        self.discard_prepared()

    async def aclose(self) -> None:
        """Does that, and returns when all work on answers has ended."""
        self.close()
        await asyncio.gather(*self._cancelled, return_exceptions=True)

    def _end_here(self, answer: Answer, *, void: bool) -> None:
        self._cancel(answer)
        if answer.first_audio_ms is not None:
            begun = self._transcript.progress
            unbegun = [p.text for p in answer.reply.begun if p not in begun]
            self._transcript.cut([*unbegun, answer.reply.waiting_text], self._line.now_ms())
        else:
            self._transcript.flush()
        self._playout.clear()
        if not void:
            self._log.commit_caller(answer)
        self._end(answer, interrupted=True)
        if answer.then is not None or (answer.tools.ends_call and not void):
            self.follow_up(answer)

    def _end_if_over(self) -> None:
        answer = self._answer
        if self._closed or answer is None or not answer.done or not self._playout.idle:
            return
        self._transcript.flush()
        self._log.commit_caller(answer)
        self._end(answer, interrupted=False)
        self.on_over()
        self.follow_up(answer)

    def _end(self, answer: Answer, *, interrupted: bool) -> None:
        self._answer = None
        self._log.end_answer(answer, self._transcript.said_text, interrupted=interrupted)
        self._playout.forget_finished()
        self.on_silent()

    def _cancel(self, answer: Answer) -> None:
        task = answer.cancel()
        if task is not None and not task.done():
            self._cancelled.add(task)
            task.add_done_callback(self._cancelled.discard)

    # -- the playout and the answer's work tell -----------------------------------------

    def _piece_sounds(self, item: object) -> None:
        assert isinstance(item, AnswerPiece)  # noqa: S101 - nothing else is put there
        answer = self._answer
        if answer is None:
            return
        now = self._line.now_ms()
        self._transcript.on_first(item)
        if answer.first_audio_ms is None:
            answer.first_audio_ms = now
            self._log.commit_caller(answer)
            self.on_first_sound()
            if not self._playout.paused:
                answer.heard()
        # if this text is heard back soon, it is an echo
        self._parts.turn_manager.judge.agent_speech.add(item.text, now)

    def _piece_heard(self, item: object) -> None:
        assert isinstance(item, AnswerPiece)  # noqa: S101 - nothing else is put there
        self._transcript.on_finished(item)
        self._end_if_over()

    def _piece_without_sound(self, piece: AnswerPiece, heard: bool) -> None:
        self._log.commit_caller(self._answer)
        self._transcript.on_mute(piece, self._line.now_ms(), heard=heard)
        if not heard:
            self._audibility.tell_unheard()

    def _all_handed_over(self, answer: Answer) -> None:
        if answer is self._answer:
            self._end_if_over()
