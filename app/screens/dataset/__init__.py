"""A data set: its classes, images, problems, copies and versions."""
