"""What tests of several rooms share: drawn folders, small audits, servers, processes."""

from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
