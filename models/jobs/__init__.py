"""Whole jobs: cross-validation, heads, ensembles, a trained run."""
