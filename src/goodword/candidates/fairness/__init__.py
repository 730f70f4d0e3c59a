"""Compares how often groups were selected. The file with the groups is read once and not kept."""
