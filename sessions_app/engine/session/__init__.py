"""One live call: `call_session` runs it, `registry` has all of this process."""
