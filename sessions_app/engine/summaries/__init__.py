"""Makes summaries and action items from a transcript: by rules for English, without a model."""
