"""Transcripts as files: one module per format; `registry` lists them."""
