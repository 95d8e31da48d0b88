"""Commands that run beside the app: started, queued, watched and cancelled."""
