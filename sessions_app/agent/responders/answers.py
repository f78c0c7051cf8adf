"""What is said to a question of the scribe's."""

from sessions_app.agent.responders.commands import orders
from sessions_app.agent.responders.vocabulary import Command
from sessions_app.agent.responders.words import spoken
from sessions_app.agent.wordlists import listed

_COURTESIES = frozenset({"please", "scribe", "thanks"})


def agrees(text: str) -> bool:
    """Returns whether `text` begins with a yes."""
    words = [word.text for word in spoken(text)]
    if "not" in words or "no" in words:
        return False
    return bool(words) and (words[0] in _YES or tuple(words[:2]) in _YES_TOO)


def declines(text: str) -> bool:
    """Returns whether `text`, asked for what to write down, is a change of mind."""
    words = [word.text for word in spoken(text) if word.text not in _COURTESIES]
    shown = " ".join(words)
    return shown in _DECLINED or [one.command for one in orders(text)] == [Command.UNDO]


_DECLINED = frozenset(
    {
        *("never mind", "nothing", "forget it", "forget that", "no", "no never mind", "no nothing"),
        *("cancel", "stop", "nothing never mind", "oh never mind", "actually never mind"),
        *("it is fine", "leave it", "do not", "nothing really", "sorry never mind"),
    }
)

_YES = listed(
    "yes yeah yep yup sure okay ok correct right please absolutely definitely bye goodbye"
)
_YES_TOO = {("go", "ahead"), ("of", "course"), ("do", "it"), ("all", "right"), ("that", "is")}
