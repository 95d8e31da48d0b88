"""The report: everything known about a data set on one page."""
