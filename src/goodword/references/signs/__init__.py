"""Signs of trouble on a check: facts that a person should look at, graded, each with its innocent causes.

Pure functions find them (`addresses.py`, `speed.py`, `likeness.py`, `contradictions.py`, `devices.py`), `gather.py`
feeds them from rows, `keep.py` holds the rows to what was found. Members see them on the candidate's page and
nowhere else; they block nothing, decide nothing and enter no report, list, comparison, mail or note
(docs/decisions/0021-*; an architecture test holds it).
"""
