"""Processes that tests start, kill and starve."""
