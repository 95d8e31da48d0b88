"""The errors of the models: confusions, worst errors, suspicious labels, disagreements, class pairs."""
