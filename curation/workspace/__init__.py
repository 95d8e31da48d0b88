"""The folder that holds all that Errata writes."""
