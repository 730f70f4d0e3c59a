"""The technical manual of a test version, by the chapters of the AERA, APA and NCME Standards of 2014."""
