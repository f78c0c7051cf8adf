"""Worker processes: `framing` is the wire to them, `fork_server` and `launching` start them.

Whatever may block, crash or run strangers' data is done in a process of its own: recognisers,
voices, turn models, the parsers of clients' containers. All of them are started here, spoken to
over one socket each, and end when this process ends, however it ends.
"""
