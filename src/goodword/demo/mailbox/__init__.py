"""A mailbox for the demo: takes every mail over SMTP, shows it in the browser and as JSON."""
