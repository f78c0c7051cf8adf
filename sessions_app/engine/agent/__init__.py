"""The conversation: turns, replies, memory."""
