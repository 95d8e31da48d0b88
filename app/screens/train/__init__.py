"""Trainings: the form, the queue, the table of finished trainings."""
