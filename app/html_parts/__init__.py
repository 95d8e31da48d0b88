"""Pieces of HTML that several screens show: tables, charts, tiles."""
