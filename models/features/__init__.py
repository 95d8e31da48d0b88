"""Frozen backbones and the features they compute, once."""
