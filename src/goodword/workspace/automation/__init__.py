"""The wizard *Manage ATS automation*: what is proposed, what was chosen so far, and what Confirm does."""
