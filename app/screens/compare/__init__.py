"""Trained models side by side, on the given and on the curated labels."""
