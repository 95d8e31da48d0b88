"""Trainings: the form, the queue, the table of runs."""
