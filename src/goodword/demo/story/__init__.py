"""The story that the demo plays: through pages, forms, clocks and mails, never through the database."""
