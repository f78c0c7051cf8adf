"""Turn models: whether a speaker has finished, by the audio alone."""
