"""Many images at once: of one confusion of classes, or like the image judged last."""
