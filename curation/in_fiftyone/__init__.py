"""What people see and do in FiftyOne: fields, views, verdicts, and the guarded App."""
