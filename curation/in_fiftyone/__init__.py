"""What people see and do in FiftyOne."""
