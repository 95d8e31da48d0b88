"""Files written whole or not at all; arrays on disk; run folders."""
