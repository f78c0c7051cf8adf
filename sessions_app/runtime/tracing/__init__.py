"""Traces of calls for OpenTelemetry, made after the fact from what is stored of a call."""
