"""Greenhouse: the Harvest API (`client`), webhooks (`inbox`), our copies (`sync`), missed changes, notes, setup."""
