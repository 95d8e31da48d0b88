"""The data set: its classes, copies, problems, versions."""
