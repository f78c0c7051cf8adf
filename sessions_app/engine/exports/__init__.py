"""A transcript as a file: a form each, and `registry` which there are."""
