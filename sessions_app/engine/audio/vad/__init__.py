"""Voice activity detection: speech told from all else."""
