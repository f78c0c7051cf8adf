"""What is said to a question of the scribe's."""

from sessions_app.agent.responders.closings import consents
from sessions_app.agent.responders.commands import orders
from sessions_app.agent.responders.vocabulary import Command
from sessions_app.agent.responders.words import spoken

_COURTESIES = frozenset({"please", "scribe", "thanks"})


def agrees(text: str) -> bool:
    """Returns whether `text` is a yes to the end of a call, and nothing but that.

    "Okay, wait a second" and "Yes, I know what you mean" begin with a yes and are none.
    """
    return consents([word.text for word in spoken(text)])


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
