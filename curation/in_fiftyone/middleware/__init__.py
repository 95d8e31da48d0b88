"""What lies between the browser and the FiftyOne App, request by request: the guard, caches, edits, news."""
