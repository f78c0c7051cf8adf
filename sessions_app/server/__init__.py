"""Daphne as voicesite runs it: limits before anything is read, deadlines, a drain, a safe log."""
