"""The wake-ups of a process with calls: `tick` says when, `socket_poller` reads, `pacer` sends.

`media_loop` has one of each for an event loop.
"""
