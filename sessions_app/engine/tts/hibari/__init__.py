"""hibari, the embedded English voice: from text to sounds to samples."""
