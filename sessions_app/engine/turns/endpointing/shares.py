"""How long to wait, as a share: where between minimum (0) and maximum (1) the delay lies."""

OVER = 0.0
"""After a clear end."""

PLAIN = 0.2
"""Where nothing tells whether it is one."""

LIKELY = 0.5
"""Where more is likely to come."""

OPEN = 1.0
"""Where the sentence, or the number, is not whole."""
