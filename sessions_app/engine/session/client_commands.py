"""Which rate limit a client's command counts against, and which commands write database rows."""

from sessions_app.engine.core.commands import (
    AppMessage,
    Interrupt,
    Mute,
    PauseAgent,
    Press,
    Say,
    Speak,
    ToCall,
)
from sessions_app.engine.core.rates import MessageKind

COUNTED: dict[type[ToCall], MessageKind] = {
    Say: MessageKind.TEXTS,
    Speak: MessageKind.TEXTS,
    Press: MessageKind.REQUESTS,
    Interrupt: MessageKind.REQUESTS,
    PauseAgent: MessageKind.REQUESTS,
    Mute: MessageKind.REQUESTS,
    AppMessage: MessageKind.APP_MESSAGES,
}
"""Each command's rate limit. HangUp and ClientAway have none: they are always allowed."""

STORED = (Say, Press, Speak, AppMessage)
"""Commands that write rows. They are refused while the database cannot keep up."""
