"""Connecting Greenhouse: the key and its permissions, the endpoint and its webhooks, what a key lets us choose from."""
