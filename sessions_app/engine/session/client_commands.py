"""What a client's commands cost: as what they are counted, and which of them make rows."""

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
"""To hang up is always allowed, and so is to say that the page goes away."""

STORED = (Say, Press, Speak, AppMessage)
"""These make rows, as fast as a program can send them: they are typed, not spoken."""
