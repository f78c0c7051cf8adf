"""Models that tell by the sound of speech whether its speaker has finished."""
