"""What the drawn landscapes of `scenes` are made of."""
