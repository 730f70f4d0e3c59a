"""Signatures of report PDFs (PAdES B-B): certificates, the installation's key, signing, and reading signatures."""
