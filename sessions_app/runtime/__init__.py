"""Joins the engine to Django: settings to parts, events to rows, offers to calls."""
