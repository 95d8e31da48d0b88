"""The names of classes: those that look like one class written in two ways, and how they are read as one."""
