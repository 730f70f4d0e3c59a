"""Greenhouse: `client` calls its Harvest API, `inbox` takes its webhooks, `sync` updates our copies of its data.

`reconciliation` finds what webhooks missed, `activity_feed` posts notes, and `setup` connects accounts.
"""
