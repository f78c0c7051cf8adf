"""A call client for programs: docs/embedding.md, and what `manage.py place_call` uses.

These names are public, and stay.
"""

from sessions_app.call_client.conversation import CallError, Conversation, Line, call
from sessions_app.call_client.microphone import FileError

__all__ = ["CallError", "Conversation", "FileError", "Line", "call"]
