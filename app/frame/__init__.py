"""What surrounds every screen: links, landmarks, the viewer of images, and the pictures that it fetches."""
