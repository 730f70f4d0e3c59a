"""The sandbox by itself: nothing of the product is imported here."""
