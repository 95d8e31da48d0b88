"""The report of trained runs."""
