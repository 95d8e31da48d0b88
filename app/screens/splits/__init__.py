"""Decisions and versions: what people decided, and the versions of the labels that are made from it."""
