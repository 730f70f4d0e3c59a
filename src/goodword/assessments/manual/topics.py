from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from goodword.core.report_blocks import Block, Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`missing`: there is no evidence yet; the blocks say so."""

    heading: str
    blocks: Sequence[Block]
    missing: bool = False


def said(heading: str, *paragraphs: str) -> Topic:
    return Topic(heading=heading, blocks=(Prose([one for one in paragraphs if one]),))


def none_yet(heading: str, why: str, *more: Block) -> Topic:
    return Topic(heading=heading, blocks=(Prose([f"{_('None yet.')} {why}"]), *more), missing=True)


def from_sheet(heading: str, text: str, *more: Block) -> Topic:
    """A statement of the technical sheet, which says itself if there is nothing."""
    return Topic(heading=heading, blocks=(Prose([text]), *more), missing=text.startswith(_("None yet")))
