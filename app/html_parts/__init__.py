"""Pieces of HTML that several screens show: labels, bars, tiles, charts, tables, and the templates they come from."""
