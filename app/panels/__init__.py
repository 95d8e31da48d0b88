"""Parts that several screens share: the bar of data sets, the audit, the queue."""
