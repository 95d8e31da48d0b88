"""What files of predictions made elsewhere hold: values, names of classes, names of images."""
