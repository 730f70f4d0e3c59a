"""Finding what was missed while webhooks were off, and healing it by the same road as a webhook."""
