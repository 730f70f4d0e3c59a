"""How test scores relate to managers' ratings after the start. See docs/validity.md."""
