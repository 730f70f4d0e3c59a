"""How test scores relate to managers' ratings after hire. See docs/validity.md."""
