"""Curation: data sets, label issues, FiftyOne, decisions and splits."""
