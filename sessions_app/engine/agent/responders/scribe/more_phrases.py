"""More phrases of the scribe's commands, by the command's name; written as in vocabulary.py."""

_PUT = "put|get|stick|pop|drop|slip"
_FILES = "file|files|record|records|system|log|diary|calendar|account|minutes"

MORE: dict[str, tuple[str, ...]] = {
    "note": (
        f"{_PUT} a|another quick|short? note in",
        f"{_PUT}|add|make|leave a|another quick|short? note in|on the|my|our {_FILES} that|saying",
        "make a mental note that",
        "make|take|write me|us? a notice that",
        "note to my? future self|me|us",
        "for the|my|our file|files|books|log",
        "log|diary|journal entry",
        "get it in writing that",
        "i|we would? like|love|want it|this noted|recorded|minuted|written|put down? that",
        "keep track of the fact that",
        "keep|bear that|it|this in mind",
    ),
    "action": (
        f"{_PUT} a|another reminder in",
        "shoot|drop|send me|us a|another quick? reminder",
        "i|we will|would? need reminding",
    ),
    "read": (
        "what i have until|till now",
        "what i have so far",
        "read me? it|them|that|those again slower|slowly|louder",
        "is there? anything|something on|in my|the|our todo? list|notes",
        "which of those|these|them are todos|tasks|reminders|notes",
        "which of those|these|them are action items",
        "where are we with my|the|our notes|list",
    ),
    "date": (
        "what|which day|date|weekday|month|year is it|today",
        "what|which day of the week|month is it|today",
        "what|which day|date do|have we have|got?",
        "what is the current? date|day|weekday",
        "what is today's date",
        "what is today",
        "what day|date today is",
        "tell|give me the|today's date",
        "tell me? what|which day|date|month|year it|today is",
        "tell me? what the|today's date is",
        "do you have|know the|today's date",
        "do|would you happen? to? know what|which day|date it|today is today?",
        "any chance you know what|which day|date it|today is today?",
        "have you got the date",
        "the|today's date",
    ),
    "length": (
        "how long have we|i|you talked|spoken",
        "how long have we|i|you been talking|speaking|here|connected",
        "how long have we|i|you been on the|this? phone|call|line?",
        "how long has this|the|our call been going|running? on?",
        "how long has this|the|our call lasted|taken",
        "how long is this|the|our call",
        "how long did we|i talk|speak",
        "for? how long are|have we|i been? on the|this phone|call|line already?",
        "for? how long are we|i talking|speaking|connected already?",
    ),
}
"""Lines of phrases by the command that they ask for."""
