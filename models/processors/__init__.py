"""Devices, threads and processes that compute."""
