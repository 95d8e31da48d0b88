"""What stands before both servers, the app and the FiftyOne App: which pages may ask them, and what pages may fetch."""
