"""The wake-ups of a process with calls: `tick` is the grid, `socket_poller` reads, `pacer` sends.

`media_loop` has one of each for an event loop.
"""
