"""The audit: its start, its suspicious labels, and one image in detail."""
