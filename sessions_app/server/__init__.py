"""Daphne as voicesite runs it: request limits, deadlines, graceful shutdown, a safe access log."""
