"""Statements on an answer scale: work style and content packs."""
