"""Reads the norm groups of a content pack, and refuses those that are split by sex, race or age.

Such norms would make the same answers count differently for different people. For sex and race the Civil Rights Act of
1991, section 106, forbids that in the United States; elsewhere laws against discrimination lead to the same.
"""

from typing import Final

from goodword.assessments.library.instrument import Norm, NormGroup
from goodword.assessments.library.norm_splits import split_of
from goodword.questionnaires.reading import Reader

_SPLITS: Final = ("sex", "gender", "race", "ethnicity", "age")


def read_norm_group(reader: Reader, *, form_ids: frozenset[str], scale_ids: frozenset[str]) -> NormGroup:
    """One norm group for one of the forms, whole for all scales. The reader raises its error with a sentence."""
    for split in _SPLITS:
        if reader.has(split):
            raise reader.wrong(f"is split by {split}; norms for selection must not be")
    name = reader.text("name", longest=200)
    if split := split_of(name):
        raise reader.wrong(f"is split by {split}, as its name “{name}” says; norms for selection must not be")
    form = reader.text("form")
    if form not in form_ids:
        raise reader.wrong(f"is for the form “{form}”, which the pack does not have")
    n = reader.whole("n")
    if n < 1:
        raise reader.wrong("needs the number of people it comes from under “n”")
    group = NormGroup(
        form=form,
        name=name,
        n=n,
        source=reader.text("source"),
        caveat=reader.text("caveat"),
        scales=_norms(reader.child("scales", where=f"the scales of {reader.where}"), reader, scale_ids),
    )
    reader.done()
    return group


def _norms(table: Reader, group: Reader, scale_ids: frozenset[str]) -> tuple[tuple[str, Norm], ...]:
    if frozenset(table.names()) != scale_ids:
        raise group.wrong("must have a mean and a standard deviation for each scale, and for no other")
    return tuple((scale_id, _norm(table, scale_id)) for scale_id in table.names())


def _norm(table: Reader, scale_id: str) -> Norm:
    reader = table.child(scale_id, where=f"“{scale_id}” in {table.where}")
    norm = Norm(reader.number("mean"), reader.number("sd"))
    if norm.sd <= 0:
        raise reader.wrong("needs a standard deviation above zero")
    reader.done()
    return norm
