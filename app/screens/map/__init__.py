"""The map of all images: points, the image that was clicked, the images that were selected."""
