"""Data sets whose images lie inside larger files: zips, tables with image bytes, tars, what torchvision downloads."""
