"""Attacks on what listens and on what is read, and what the dependencies allow."""
