"""The phrases of the scribe's commands.

In a line, "a|b" is either word, and a word with "?" may be missing. Contractions are written out
("what is"), as they are in the caller's words before the two are compared.
"""

import itertools
from enum import StrEnum

from sessions_app.engine.agent.responders.scribe.more_phrases import MORE


class Intent(StrEnum):
    """What a caller's command asks the scribe to do."""

    NOTE = "note"
    ACTION = "action"
    READ = "read"
    UNDO = "undo"
    RESTORE = "restore"
    REDO = "redo"
    CHANGE = "change"
    RECAP = "recap"
    REPEAT = "repeat"
    TIME = "time"
    DATE = "date"
    LENGTH = "length"
    QUIET = "quiet"
    HELP = "help"
    END = "end"
    HELLO = "hello"


TAKES_TEXT = frozenset({Intent.NOTE, Intent.ACTION})
EACH_TIME = TAKES_TEXT | {Intent.UNDO, Intent.RESTORE, Intent.REDO, Intent.CHANGE}
"""Commands that are done twice if said twice in a turn. Others, such as HELP, are answered once."""

SHORT: dict[Intent, tuple[str, ...]] = {
    Intent.NOTE: (
        "take a note",
        "make a note",
        "note that",
        "write down",
        "write this down",
    ),
    Intent.ACTION: ("action item", "add an action item", "new action item", "remind me to"),
    Intent.READ: ("read my notes", "read the notes", "read back", "read back my notes"),
    Intent.UNDO: (
        "undo",
        "undo that",
        "delete that",
        "scratch that",
        "remove the last note",
    ),
    Intent.RECAP: ("recap", "give me a recap", "summarize", "sum it up"),
    Intent.REPEAT: ("repeat", "repeat that", "say that again", "say again", "pardon me"),
    Intent.TIME: ("what time is it", "tell me the time", "what is the time"),
    Intent.LENGTH: ("how long have we talked", "how long have we been talking"),
    Intent.QUIET: ("stop talking", "be quiet", "stop", "silence please"),
    Intent.HELP: ("help", "help me", "what can you do", "what can i say"),
    Intent.END: ("end the call", "end call", "hang up", "goodbye", "bye bye"),
    Intent.HELLO: ("hello", "hello scribe", "hi scribe", "hey scribe", "good morning"),
}
"""The shortest phrases of each command, which are also understood when they were garbled."""

_MAKE = "take|make|add|create|write|put|start|open|do|get|have"

_LINES: dict[Intent, tuple[str, ...]] = {
    Intent.NOTE: (
        f"{_MAKE}|leave|keep|save|record a|another|one|the|this|my? quick|short|new|next? note",
        "i|we would? need|want|like|love a|another new? note",
        "make that|this|it a note",
        "add|make|create|log|record a|an|another|one new|next? entry",
        "new|another|next entry",
        "let the|our|my record|minutes|notes|log show|say|state|reflect",
        "let it be noted|recorded",
        "take|make|new a? memo|message|dictation",
        "take note",
        "note|jot|write that|this|it? down",
        "put|get|type|take|mark that|this|it down",
        "note|jot|write something down",
        "note|jot|write the following down?",
        "note that",
        "note|jot|write this",
        "note|jot|write|take|put|get|type down this",
        "take down the following",
        "take down a|another|this? note|memo|message",
        "note|jot for me|us that?",
        "new|another|next note",
        "one|some more note|notes",
        "quick|short|little note",
        "i|we have something to note|write down?",
        "mark|log that|this",
        "put on record",
        "keep|make a record that",
        "keep|make a record of this",
        "note to self|myself",
        "for the record|minutes",
        "for the notes",
        "log|record the following",
        "get|have that|this|it written|noted|put|jotted down?",
        "get|have that|this|it in|into my|the|our notes",
        "i|we want that|this|it noted|recorded|written|put down?",
        "i|we want that|this|it on record",
        "add|write|put|save to|in|into my|the|our notes",
        "save|keep that|this|it as a note",
        "remember|write|jot|save|record|capture|minute|flag that",
        "type|enter|save|record|capture this",
        "scribble|pencil|pop|stick that|this|it? down",
        "keep track of this|that",
        "here|this is what i|we want|need written|noted|recorded|typed? down?",
        "here|this is what i|we want|need you to write|note|put|type|take|record down?",
        "here|this is what i|we would like written|noted|recorded down?",
        "here|this is what i|we would like you to write|note|put|type|take|record down?",
        "here|this is what i|we want|need on paper|record",
        "here|this is what you should|must|can write|note|put|type|take down?",
        "what i|we want|need you to write|note|put|type|take|record down? is",
        "what i|we would like you to write|note|put|type|take|record down? is",
        "what i|we want|need written|noted|recorded|typed down? is",
        "what i|we would like written|noted|recorded|typed down? is",
        "the|my|our next? note|entry is|reads|goes|says",
        "here is|comes a|the|my|another|one next|new|quick|short? note",
        "i|we have|got a|another new? note for you?",
        "for your|my|our notes|records",
        "note to me|us",
        "note",
        "memo",
        "keep|bear in mind that?",
    ),
    Intent.ACTION: (
        "remind me|us",
        "remember to",
        "an? action item|point",
        "new|another|next action point",
        "action",
        "new|another|next action? item|task|todo|reminder",
        "reminder to|for|about",
        "set reminder",
        f"{_MAKE}|set|note|give up|down? me|us? a|an|another|one|the new|next? action item|point",
        f"{_MAKE}|set|note|give up|down? me|us? a|an|another|one|the new|next? task|todo|reminder",
        "i|we would? need|want|like|love a|an|another new? action? item|task|todo|reminder",
        "make that|this|it a|an action? item|task|todo|reminder",
        "add another|an|one|a new|next? item",
        "todo|task|reminder",
        "a|another|one|the next|first? todo for me|us? is to|that",
        "an|another|one|the next|first? action item for me|us? is to|that",
        "do not let me|us forget",
        "make sure i|we do not forget",
        "make sure that i|we do not forget",
        "make sure that? i|we remember",
        "help me to? remember",
        "i|we will|would? need|want|like to be reminded",
        "i|we really|just|also? must not forget to|about|that",
        "i|we really|just|also? can|should|may not forget to|about",
        "i|we really|just|also? do not want to forget to|about|that",
        "i|we really|just|also? have|need|want|ought to remember to|about?",
        "i|we have? got to remember to|about?",
        "got to remember to|about?",
        "i|we really|just|also? must|should remember to|about",
        "must not forget to|about",
        "do not let it slip my mind that|to?",
        "you have|need to remind me|us",
        "you must|should remind me|us",
        "ping|nudge me",
        "add|put|write to|on|onto my|the|our todo? list",
        "for my|the|our todo|shopping? list",
        "quick? one|something|another more|last? one? for my|the|our todo|shopping? list",
        "another|new|next item|task|todo for my|the|our todo? list",
        "add to my|the|our todos|tasks|reminders",
    ),
    Intent.READ: (
        "read me? back? my|the|all my|our? notes|list|items",
        "read me? it|them|that|this",
        "read back",
        "what have i|you|we got|there?",
        "what do i|you|we have",
        "what have i|you|we noted|written|saved|recorded|taken down?",
        "what did i|you|we note|write|save|jot down?",
        "what did i|you|we take down",
        "what is|are on|in my|the|our todo? list|notes|items|todos|tasks|reminders",
        "what are my|the|our action? items|notes|todos|tasks|reminders",
        "what todos|tasks|reminders do|have i|we have|got?",
        "what else? do i|we still? have|need to do still?",
        "what else? have i|we still? got|left to do",
        "what else? is left|still to do",
        "what is left|still|else on|in my|the|our todo? list|notes",
        "tell|show|read me what is left|still|else? on|in my|the|our todo? list|notes",
        "what else is on my|the|our todo? list",
        "what|which notes do i|we|you have",
        "what|which notes have i|we|you got|taken|made?",
        "how many notes|items|todos|tasks|reminders do|have i|we|you have|got|written? down?",
        "do i|we have any notes",
        "have i|we got any notes",
        "list|show|tell|give me? all? my|the|our notes",
        "show|tell|read me what i|we|you have noted|got|written|saved down?",
        "go|run through|over my|the|our notes|list",
        "hear my|the|our notes",
        "review|check my|the|our notes",
        "play back my|the|our notes",
        "what do my|the|our notes say",
        "my|the|our? notes",
        "the|my list",
    ),
    Intent.UNDO: (
        "undo that|it|this|the? last? note|one|thing?",
        "scratch|strike|erase|delete|remove|cancel|undo that|it|this last? note|one|item|entry?",
        "scratch|strike|erase|delete|remove|cancel|undo the|my|that|this last? note|item|entry",
        "forget the|my|that|this last? note|item|entry",
        "scratch|strike|erase|delete|remove|cancel|undo|forget the|my last one|thing",
        "forget that last one",
        "ignore|disregard|wipe that|it|the? last? note|one?",
        "take that|it|this back|out",
        "cross|strike|tick|check that|it|this out|off",
        "cross|strike|tick|check|mark that|this|the last? note|one|item|entry off",
        "mark that|it|this|the last? note|one|item|entry? as|has? done|finished|complete|completed",
        "scrub|scrap|nix that|it|this last? note|one|item|entry?",
        "drop|ditch|bin|kill|lose|axe that|this last? note|one|item|entry",
        "strike|scratch|delete|remove|erase|take that|it|this from the|my record|notes|list",
        "get rid of that|it|this|the last? note|one?",
    ),
    Intent.RESTORE: (
        "bring|put|get that|it|them|those|this|everything|all back",
        "bring|put|get back that|it|them|those|everything|all",
        "bring|put|get that|it|them|everything all? back on|in|into|to the|my list|notes",
        "bring|put|get the|my|that|those last? note|notes|one|ones|list|item|items back",
        "bring|put|get back the|my|that|those last? note|notes|one|ones|list|item|items",
        "restore|undelete|recover that|it|them|those|everything|all",
        "restore|undelete|recover the|my|that|those last? note|notes|one|ones|list|item|items",
        "i|we want that|it|them|those back",
        "undo the delete|deletion|removal",
        "i|we did not mean to delete|remove|erase that|it|them|those",
    ),
    Intent.REDO: (
        "redo",
        "undo the|that|this|my last? undo",
    ),
    Intent.RECAP: (
        "recap",
        "give me|us a|the quick|short|brief? recap|summary",
        "do a|the quick|short|brief? recap|summary",
        "quick|short|brief recap|summary",
        "recap|summarise|summarize the|this|our? call|conversation|talk|that|it|everything|all",
        "summarise|summarize",
        "sum that|it|this|everything up",
        "sum up",
        "sum|summarise|summarize up? what i|we|you have? said|discussed|talked about?",
        "what have i|we talked|spoken|said|discussed|covered about?",
        "what did i|we talk|speak|say|discuss about?",
        "what was this|the|our call about",
        "where were we",
        "where did we stop|leave off?",
        "i|we would? need|want|like|love a|the quick|short|brief? recap|summary",
        "what has happened been? said? so? far?",
        "bring me up to date",
    ),
    Intent.REPEAT: (
        "repeat that|it|this|yourself|the? last? bit|part|thing|sentence|one?",
        "say that|it|this again",
        "say that|it|this once|one more time?",
        "say again",
        "again",
        "tell me that|it? again",
        "pardon me?",
        "i beg your pardon",
        "come again",
        "what did you just? say",
        "what was that",
        "i did not catch|hear|get|understand that|you",
        "i could not hear|understand that|you",
        "one more time",
        "once more",
    ),
    Intent.TIME: (
        "what time is it",
        "what time do you have",
        "what is the current? time",
        "tell|give me the time",
        "tell me? what time it is",
        "do you have the time",
        "do|would you happen? to? know the time",
        "do|would you happen? to? know what time it is",
        "any chance you know the time",
        "any chance you know what time it is",
        "have you got the time",
        "you? got|have|know the time",
        "how late is it",
        "the time",
        "time check",
    ),
    Intent.QUIET: (
        "stop",
        "stop talking|speaking|reading|it|that",
        "be quiet|silent|still",
        "keep quiet",
        "shut up",
        "quiet|silence|hush|shush|shh|enough",
        "that is enough",
        "that will do",
        "no more",
        "you can stop talking|reading|now?",
    ),
    Intent.HELP: (
        "help me|us?",
        "i need some? help",
        "what can|do you do",
        "what can i|we say|do|ask",
        "what are you able to do",
        "what can you help me? with",
        "how does this|it|that work",
        "how do i|we use this|it|you",
        "how do you work",
        "i do not know what to say",
        "i am lost|stuck",
        "how can you help me|us?",
        "what are the|my|your commands|options",
        "what|which commands are there",
        "what|which commands do you know|understand|have",
        "tell me what you can do",
    ),
    Intent.END: (
        "end|finish|close|terminate the|this|our? call",
        "you can|may hang up",
        "you can|may end the call",
        "i am done|finished",
        "we are finished",
        "that will be all",
        "end it here",
        "hang up the? phone?",
        "goodbye",
        "good bye|night",
        "bye bye?",
        "see you later|soon|tomorrow",
        "talk to you later|soon",
        "have a nice|good|great day|evening|weekend",
    ),
    Intent.HELLO: (
        "hello|hi|hey there|scribe?",
        "good morning|afternoon|evening scribe?",
        "how do you do",
        "are you still? there",
        "can you hear me",
        "is anybody|anyone|somebody there",
    ),
}


def written_out(line: str) -> list[str]:
    """Returns the phrases of a line: "note|memo please?" is four."""
    places = []
    for place in line.split():
        words = place.removesuffix("?").split("|")
        places.append([*words, ""] if place.endswith("?") else words)
    chosen = itertools.product(*places)
    return [" ".join(filter(None, words)) for words in chosen]


COMMANDS: dict[tuple[str, ...], Intent] = {
    tuple(phrase.split()): Intent(command)
    for command, lines in (*_LINES.items(), *MORE.items())
    for line in lines
    for phrase in written_out(line)
} | {
    tuple(phrase.split()): command
    for command, phrases in SHORT.items()
    for phrase in phrases
    if phrase not in {"remind me to", "silence please"}  # parts of longer phrases
}
"""The command of every phrase, as a tuple of its words."""

LONGEST: dict[str, int] = {}
"""How many words the longest phrase has that begins with a word; most words begin none."""

for _words in COMMANDS:
    LONGEST[_words[0]] = max(len(_words), LONGEST.get(_words[0], 0))
