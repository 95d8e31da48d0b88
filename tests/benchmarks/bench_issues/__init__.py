"""Which wrong labels come first: Errata and today's tools, all sides in one run."""
