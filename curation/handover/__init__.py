"""What leaves the workspace: exports, the errata sheet, the shared report."""
