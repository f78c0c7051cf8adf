"""A client's audio over a WebSocket: `transport`, and how audio over TCP is placed in time."""
