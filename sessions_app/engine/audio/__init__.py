"""Sound itself: codecs, resampling, levels, voice activity, and what is played out."""
