"""Labelled sentences for the rules about words, and how well the rules do on them."""
