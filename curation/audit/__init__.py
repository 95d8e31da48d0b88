"""The main job: images in, models trained, labels ranked, all of it shown."""
