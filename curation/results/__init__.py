"""What audits and trainings left in the workspace, read back."""
