"""Voices, a file each; each fulfils the contract of `tts.base`."""
