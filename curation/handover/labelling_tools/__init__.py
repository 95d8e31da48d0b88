"""Verdicts from other labelling tools, and the review queue as their tasks."""
