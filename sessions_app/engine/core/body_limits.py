"""How long a request's body may be."""

MAX_BODY = 128 * 1024
"""Bytes of a body at the doors and in the API: an offer has 5 to 10 KiB."""
