"""Trained models compared on the given and on the curated labels."""
