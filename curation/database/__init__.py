"""Errata's own MongoDB process and the FiftyOne datasets in it."""
