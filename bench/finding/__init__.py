"""Searches and lists of many calls, measured against an earlier commit of this tree."""
