"""Commands within a sentence that name things to put on a list, or call them a note."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sessions_app.engine.agent.responders.scribe.found_command import FoundCommand
from sessions_app.engine.agent.responders.scribe.labelled_items import DOWN_VERBS, put_down_as
from sessions_app.engine.agent.responders.scribe.list_items import (
    LONGEST_PUT,
    SHORTEST_PUT,
    add_request,
    adds_earlier,
    may_begin_put,
    put_on_list,
    put_there,
)
from sessions_app.engine.agent.responders.scribe.note_requests import NoteRequests
from sessions_app.engine.agent.responders.scribe.referents import tells_enough, tells_something
from sessions_app.engine.agent.responders.scribe.reminder_times import time_before_text
from sessions_app.engine.agent.responders.scribe.run_ons import orders
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

_SELF = listed("me us you my mine mean be may mi knee we meet myself yourself")
"""After "remind", not another person; "be", "may" or "knee" are "me" misheard."""

_AFTER_PERSON = listed("to about that of")

LONGEST_NAME = 4
"""Words of the person to be reminded: "remind my sister in law to"."""


class ListRequests(NoteRequests):
    """Finds "add milk to my list", "add eggs, please" and "put it down as a task".

    With `ahead`, only whether a command begins at a word matters.
    """

    def __init__(
        self, words: Sequence[PlainWord], start: int, end: int, *, ahead: bool = False
    ) -> None:
        super().__init__(words, start, end)
        self._ahead = ahead
        self._lead_start = start

    def _put(self, at: int) -> FoundCommand | None:
        """Returns the command of "add milk to my list".

        "Put it on my list: buy milk" has what follows as its text, unless "it" can be something
        said before.
        """
        command = self._put_before_more(at) or put_on_list(self._words, at, self._end)
        if command is None or not command.refers_back or command.text[0] >= command.text[1]:
            command = command or put_down_as(self._words, at, self._end)
            return command or put_there(self._words, at, self._end)
        after = command.text[0]
        if self._is_back_reference(after, tells_something):
            return replace(command, text=(after, after))
        return replace(command, refers_back=False)

    def _put_before_more(self, at: int) -> FoundCommand | None:
        """Returns the same where more follows: "add milk to my list, we are out of it"."""
        if not may_begin_put(self._words[at]):
            return None
        for stop in range(at + SHORTEST_PUT, min(self._end, at + LONGEST_PUT)):
            marked, run_on = self._words[stop - 1].marked, self._is_run_on(stop)
            if not run_on and (self._ahead or not (marked or self._words[stop].text == "and")):
                continue
            if (command := put_on_list(self._words, at, stop)) is None:
                continue
            whole = marked and not command.refers_back and self._lead_start == self._start
            if whole or self._ahead or self._command_at(stop):
                return command
        return None

    def _reminding(self, at: int, *, bare: bool) -> FoundCommand | None:
        """Returns the action item to remind somebody else: "remind Anna to send the slides"."""
        after = self._texts(at + 1, min(at + 2 + LONGEST_NAME, self._end))
        if self._words[at].text != "remind" or not after:
            return None
        if after[0] in _SELF and not (after[0] == "my" and after[2:3] == ["to"]):
            return None  # but "remind my husband to" names somebody else
        if bare and not self._is_apart(at):
            return None
        join = next((n for n, word in enumerate(after) if n and word in _AFTER_PERSON), 0)
        stop = at + 2 + join
        if not join or stop >= self._end:
            return None
        return FoundCommand(Intent.ACTION, at, (at, self._text_end(stop)))

    def _put_down_for(self, at: int, *, bare: bool) -> FoundCommand | None:
        """Returns the note of "put down for Monday that the bins go out"; an order is a to-do."""
        if self._words[at].text not in DOWN_VERBS or (bare and not self._is_apart(at)):
            return None
        if self._texts(at + 1, at + 3) != ["down", "for"]:
            return None
        until = self._text_end(at + 2)
        begin, when = time_before_text(self._words, Intent.ACTION, at + 2, until)
        join = self._words[when[1]].text
        if not any(when) or join in {"about", "of"}:
            return None
        is_order = join == "to" or (join != "that" and orders(self._texts(begin, until)))
        intent = Intent.ACTION if is_order else Intent.NOTE
        return FoundCommand(intent, at, (begin, until), when=when)

    def _added(self, at: int) -> list[FoundCommand]:
        """Returns the command of "add eggs, please", which names no list.

        In "add eggs and then read it back" the second request shows what the first one is.
        """
        if self._words[at].text == "add" and adds_earlier(self._words, at, self._end):
            enough = self._is_back_reference(self._end, tells_enough)
            return [FoundCommand(Intent.ACTION, at, (self._end,) * 2, True)] if enough else []
        if self._lead_start != self._start or self._words[at].text != "add":
            return []
        command = add_request(self._words, at, self._end)
        ends = (n for n in range(at + 2, self._end) if self._words[n].text == "and")
        for stop in ends:
            if command is None and self._reads_at(stop):
                command = add_request(self._words, at, stop, asked=True)
        return [command] if command else []

    # -- of the whole sentence, which `CommandSentence` knows ------------------------------

    def _reads_at(self, at: int) -> bool:
        """Returns whether a request to read the notes begins at a word."""
        raise NotImplementedError

    def _is_run_on(self, at: int) -> bool:
        """Returns whether a command may begin here although no mark or "and" parts it."""
        raise NotImplementedError

    def _is_back_reference(self, after: int, enough: Callable[[Sequence[str]], bool]) -> bool:
        """Returns whether "that" is what was said before."""
        raise NotImplementedError
