"""What stands beside the files of an export."""

from typing import Final

README: Final = """# Evidence of assessments

Every issued score and total and every mark of a rater, with what they were made from, without names. `goodword evidence
--check FOLDER` computes all scores and totals again, and adds up all marks, from these files alone.

**Keep `join.csv` apart from the rest, and from whoever analyses the rest.** It alone says who is whom: it maps the
random ids of this export to Greenhouse's ids, so that demographics that are held elsewhere can be joined. With it the
files are personal data like any other; without it they still are data of people, so treat them with care, and delete
them when they have served. People who are erased in Goodword later stay in this copy until you delete it.

- `attempts.csv`, a row a part (one test of an attempt): random ids of part, attempt and person; test, version, form,
  language, device; whether it is this person's first; the norm group and the calibration it was held against; in `void`
  the situations and statements that a broken line took from the screen, which do not count; the mode of the attempt's
  total, empty where it has none.
- `join.csv`, a row an attempt: its random ids, and Greenhouse's ids of the application and the candidate.
- `answers.jsonl`, a line an answer: the value that was chosen; of what was typed (texts, numbers, dates) and of files
  only that there was something, and of which kind of question.
- `items.jsonl`, a line a generated item: family, version, level, seed, options, key and rule. `void`: a broken line
  took it from the screen; it does not count.
- `tests.jsonl`, a line a version and language: items, keys and scales as they were when they were answered.
- `scores.csv`, a row a score, as it was issued: with its band and the version of its rule.
- `totals.csv`, a row an attempt that has a total: how it comes about (`categories`: the mean of category means;
  `weights`); the weights by part, with the reason that was written down for them, in the organisation's own words; the
  value as an exact fraction, or why there is none (`no_count`, `no_weight`); the version of the rule. It is made of
  `scores.csv` alone.
- `marks.csv`, a row a criterion of a rubric that somebody has marked: part, item, a random id of the rater, points, of
  how many. A row without a criterion is what one rater gave in all, one without a rater as well the mean of the raters.
  Raters are named nowhere, also not in `join.csv`, and what they wrote beside the points is left out: it could tell
  whom it is about. Nothing of an answer that only one of two raters has marked. No mark enters a score or a total.
- `norms.jsonl` and `calibrations.jsonl`: all norm groups and calibrations, as they were made.
- `reliability.csv`, a row a scale and group: alpha and omega, or two halves, from the first attempts there are now,
  however few, with their number.
- `versions.json`: the versions of the rules and of the families of items in the program that wrote this.
- `selection.csv`, a row a score: attempt, person, role, test, score, and what became of the application (active,
  rejected, hired, converted).
- `sums.txt`: the SHA-256 of each file.

There are no times in it, no adjustments, and nothing of anybody whose data was erased. Random ids are new in each
export. `docs/evidence.md` of Goodword says how to compute four-fifths ratios from `selection.csv`, and their limits.
"""
