"""Models trained for an audit or by request, and their Grad-CAM maps."""
