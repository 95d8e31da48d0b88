"""Curated versions of the labels: immutable, hashed, guarded."""
