"""Signs of trouble on an attempt: facts that a person should look at, graded, each with its innocent causes.

Pure functions find them (`leaving.py`, `pasting.py`, `haste.py`, `line.py`, `responses.py`), `gather.py` feeds them
from rows, `keep.py` holds the rows to what was found. Members see them on the candidate's page and nowhere else; they
change no score, decide nothing and enter no report, list, comparison, mail or note (docs/decisions/0027-*; an
architecture test holds it). No fact tells how long somebody took, or how much they were asked: what was made otherwise
for them must not show.
"""
