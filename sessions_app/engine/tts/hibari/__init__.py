"""hibari, the embedded English voice: text to phonemes to samples."""
