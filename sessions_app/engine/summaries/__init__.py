"""A summary and the things to do, out of a transcript. Rules for English, without a model."""
