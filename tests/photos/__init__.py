"""Synthetic photos of handwritten digits, and how well they are read."""
