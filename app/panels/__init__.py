"""Parts that several screens share: the choice of the data set, the audit, the queue of jobs, the reviewer."""
