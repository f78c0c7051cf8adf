"""Recognisers, a file each; each fulfils the contract of `stt.base`."""
