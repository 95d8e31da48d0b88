"""How far an audit or a training is: its steps, its remaining time and its curves."""
