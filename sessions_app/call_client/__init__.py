"""A call client for programs: docs/embedding.md, and what `manage.py place_call` uses.

These names are public, and stay.
"""

from sessions_app.call_client.conversation import CallError, OpenCall, SpokenLine, call
from sessions_app.call_client.microphone import FileError

__all__ = ["CallError", "FileError", "OpenCall", "SpokenLine", "call"]
