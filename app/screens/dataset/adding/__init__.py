"""Add a data set: choose a folder, a zip, a CSV or a known one, and look at it first."""
