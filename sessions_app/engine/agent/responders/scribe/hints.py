"""The phrases that a recogniser is told to expect."""

from sessions_app.engine.agent.responders.scribe.vocabulary import SHORT

AROUND = (
    *("can you", "could you", "would you", "can we", "could we", "please scribe"),
    *(
        "a reminder",
        "a summary",
        "to my list",
        "to the list",
        "to my notes",
        "that's all for today",
    ),
)
"""Phrases before or after commands, which are no commands themselves."""

_USUAL = (
    *("note down", "jot down", "write that down", "put this down", "make a note of that"),
    *("another note", "new note", "quick note", "add a note", "take this down", "write this"),
    *("write something down", "note to self", "for the record", "save that as a note"),
    *("remind me", "set a reminder", "I need a reminder", "add a reminder"),
    *("don't let me forget", "make sure I don't forget", "make sure we don't forget"),
    *("add a task", "new task", "new to-do", "add to my to-do list"),
    *("put on my list", "add to my notes"),
    *("what have I got so far", "what do I have so far", "what have you written down"),
    *("what did I write down", "do I have any notes", "what's on my list", "list all my notes"),
    *("read that back to me", "read them back", "read out my notes", "read me my notes"),
    *("go through my notes", "list my notes", "show me my notes"),
    *("delete the last one", "remove that note"),
    *("take that back", "take that out", "strike that", "erase that", "erase the last note"),
    *("cancel that", "forget that last note", "undo it", "bring it back"),
    *("do a recap", "quick recap", "give me a summary", "sum up what I said"),
    *("sum up what we've said", "summarize the call", "what have we talked about"),
    *("where were we", "what did you say", "what did you just say", "what was that"),
    *("say that once more", "can you repeat that", "repeat it", "I didn't catch that"),
    *("pardon", "come again", "repeat the last bit", "do you have the time", "what's the time"),
    *("what's the date", "what day is it", "what's today's date", "tell me the date"),
    *("how late is it", "how long has this call been", "how long did we talk", "shut up"),
    *("that's enough", "how does this work", "what are the commands", "I don't know what to say"),
    *("end this call", "you can hang up", "see you later"),
    *("please undo", "good evening scribe", "good night scribe"),
)
_NO_HINTS = frozenset({"stop", "help", "hello", "repeat"})
"""Words that recognisers hear well enough; as hints they would be recognised too often."""


def hints() -> tuple[str, ...]:
    """Returns the phrases that a recogniser may expect, the shortest ones of each command first."""
    short = (phrase for phrases in SHORT.values() for phrase in phrases if phrase not in _NO_HINTS)
    return (*short, *_USUAL, *AROUND)
