"""Inspects uploads: active content of PDFs, office files and XML, and viruses."""
