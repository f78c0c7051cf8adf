"""The doors of a web process: what comes is taken to the media process that has the call."""
