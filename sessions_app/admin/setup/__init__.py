"""Setting up an installation: a page a step, each tried on the spot (docs/guide.md)."""
