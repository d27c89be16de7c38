"""Drawings of digits and of what is none, by Pillow and by none of the code that is judged."""
