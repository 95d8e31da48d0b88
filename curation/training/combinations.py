"""The names under which architectures are combined."""

COMBINATIONS = ENSEMBLE, AVERAGE = "ensemble", "average"  # of all other architectures named
