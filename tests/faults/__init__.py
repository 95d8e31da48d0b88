"""Faults and what comes of them: kills, full disks, clocks, databases that die."""
