"""Ratings of people who were hired, imported from files."""
