"""The errors of the models: suspects, confusions, disagreements."""
