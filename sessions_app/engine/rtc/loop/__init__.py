"""When a process with calls wakes: `tick` (the grid), `socket_poller` (reads), `pacer` (sends).

`media_loop` has one of each for an event loop.
"""
