"""Requests that are told of, and those that follow what was told."""

import time

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in


@pytest.mark.parametrize(
    "text",
    [
        *("He goes, remind me to call.", "And I was like, can you write that down?"),
        *("And I was like can you write that down",),
        *("She goes, could you note that the bill is late?",),
        *("Anna texted me, remind me to call the plumber.",),
        *("Anna wrote: remind me to call the plumber.",),
        *("I asked him, please make a note of that.",),
        *("The email read please make a note of that.", "I emailed Tom, please write that down."),
        *("Whenever I say anything important people should please make a note of that.",),
        *("She was all like, please read my notes.",),
        *("My boss emailed, please take a note: the bill is late.",),
        *("He told her, can you repeat that?",),
        *("The letter says, please note that we are closed.",),
        *("So she wrote to me, could you remind me about the rent?",),
        *("They must please write that down.", "Tom went, delete that.", "Tom goes, hang up."),
        *("I asked her, what time is it?", "She said, okay, can you write that down?"),
        *("The card reads, remember to call mum.",),
        *("Mum yelled, take a note.", "Mum's like, please write that down."),
        *("He whispered, delete that.", "He mumbled something like, can you repeat that?"),
        *("The message was, remind me to call Bob.", "Guests should please note that we close."),
        *("In the film she says to him, hang up.", "Her text said, remind me to buy milk."),
    ],
)
def test_what_somebody_else_asked_for_is_none(text: str) -> None:
    assert commands_in(text) == []


@pytest.mark.parametrize(
    "text",
    [
        *("The bus goes at five, remind me to leave.",),
        *("She said the code is 4711, please write that down.",),
        *("He told me the code is 4711, could you note that down?",),
        *("It was like home, could you note that the hotel is called Rex?",),
        *("She wrote a book about cats, remind me to buy it.",),
        *("I read the letter, remind me to answer it.",),
        *("He asked for the number, please remind me to send it.",),
        *("Here goes, take a note: buy milk.", "Anna called me, remind me to call her back."),
        *("The dog went missing, please note that his name is Rex.",),
        *("I would like that, please write it down.", "He likes tea, note that."),
        *("I went there yesterday, remind me to go again.",),
        *("The tap drips, so please remind me to get a washer.",),
        *("I told Tom we leave at six, please make a note of that.",),
        *("Everything goes well, please note that the roof is done.",),
        *("Look, I really have to go, remind me to lock up.", "Anna called, remind me to call."),
        *("I got two emails, remind me to answer.", "I ordered pizza, remind me to fetch it."),
        *("I told you, please make a note that it leaks.", "Let's go, remind me to pay."),
    ],
)
def test_what_is_told_may_be_followed_by_a_command(text: str) -> None:
    assert [one.intent in {"note", "action"} for one in commands_in(text)] == [True]


@pytest.mark.parametrize("word", ["well, ", "she goes, ", "he asked Tom, ", "please so could you "])
def test_long_tales_are_heard_quickly(word: str) -> None:
    started = time.process_time()
    commands_in(word * 400)
    assert time.process_time() - started < 1
