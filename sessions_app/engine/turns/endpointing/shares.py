"""Endpointing delays as shares: 0 is the settings' minimum delay, 1 their maximum."""

OVER = 0.0
"""After a clear end of the turn."""

PLAIN = 0.2
"""Where the words do not tell whether it has ended."""

LIKELY = 0.5
"""Where more is likely to follow."""

OPEN = 1.0
"""Where the sentence, or the number, is incomplete."""
