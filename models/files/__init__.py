"""Files written whole or not at all; run folders; processes side by side."""
