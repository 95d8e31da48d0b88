"""Models trained for an audit or by request, and the maps of what they saw."""
