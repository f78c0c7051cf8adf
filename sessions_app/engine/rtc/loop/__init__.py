"""When a process with calls wakes: `tick`, `socket_poller` (reads), `pacer` (sends)."""
