"""Architectures, variants, weights, checkpoints."""
