"""Data sets whose images lie inside larger files: tables with image bytes, tars, what torchvision downloads."""
