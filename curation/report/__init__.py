"""The report of an audit: its numbers as JSON and one self-contained page."""
