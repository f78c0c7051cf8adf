"""The REST API, version 1: calls and what is kept of them, for programs."""
