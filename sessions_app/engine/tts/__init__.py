"""Text to speech. `base` is the contract, `engines` fulfil it, some in a process of `worker`."""
