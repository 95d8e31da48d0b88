"""Errata's tests."""
