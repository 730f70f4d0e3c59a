"""Proposes job requirements from a Greenhouse job post, word for word, except those that none of our tests assesses."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from goodword.assessments.kinds.registry import kind_named
from goodword.assessments.kinds.requirements import stems
from goodword.assessments.models import Test
from goodword.roles.models import Automation, Role

if TYPE_CHECKING:
    from bs4 import Tag

#: maximum number and length of sentences kept of a post
MOST_KEPT: Final = 30
SHORTEST, LONGEST = 10, 300
LONGEST_HEADING = 80
_HEADING, _ITEM = "\x01", "\x02"
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = frozenset({"p", "div", "ul", "ol", "br", "tr", "section", "table"})


_WANTED = stems("""
    requirement, qualification, what you (?:bring|need), you (?:have|bring|are|should), your
    (?:profile|skills), about you, who you are, must have, skills, we(?:'|’)?re looking for, we are looking
    for, what we look, ihr profil, dein profil, anforderung, das bringst, das bringen, was (?:sie|du)
    mitbring, qualifikation, profil, votre profil, compétences, vous (?:êtes|avez), ce que vous apportez
""")
_TASKS = stems("""
    responsibilit, what you(?:'|’)?ll do, what you will do, your (?:role|tasks|job), the role, duties,
    aufgaben, das (?:erwartet|machst), ihre rolle, mission, vos tâches, responsabilités, le poste
""")
#: ambiguous in running text
_ASKS = stems("""
    you (?:have|are|can|enjoy|know|bring|work), ability to, able to, must, skills, required, sie
    (?:haben|sind|können|bringen|arbeiten), du (?:hast|bist|kannst|bringst|arbeitest), vous
    (?:avez|êtes|savez)
""")


def sentences_of(content: str) -> tuple[str, ...]:
    """The sentences of an HTML post that state a requirement, then those that state a task."""
    wanted, tasks, section = [], [], ""
    for mark, line in _lines(content):
        if mark == _HEADING:
            section = "wanted" if _WANTED.search(line) else "tasks" if _TASKS.search(line) else "other"
        elif mark == _ITEM:
            if section == "wanted" or (not section and _ASKS.search(line)):
                wanted.append(line)
            elif section == "tasks":
                tasks.append(line)
        elif section != "other":
            found = [sentence for sentence in re.split(r"(?<=[.!?])\s+", line) if _ASKS.search(sentence)]
            (tasks if section == "tasks" else wanted).extend(found)
    tidy = (line.strip(" \t•-–*.;,") for line in (*wanted, *tasks))
    return tuple(dict.fromkeys(line for line in tidy if SHORTEST <= len(line) <= LONGEST))[:MOST_KEPT]


def proposal(sentences: Iterable[str], test: Test) -> str:
    """The requirement that this test can assess, or ""."""
    return next(iter(fitting(sentences, test)), "")


def fitting(sentences: Iterable[str], test: Test) -> list[str]:
    """The sentences that this test can assess."""
    kind = kind_named(test.kind)
    return [sentence for sentence in sentences if kind.can_assess(sentence, key=test.key)]


def sentences_of_role(role: Role) -> list[str]:
    """Sentences from the posts of the role's Greenhouse jobs, as stored when the stages were confirmed."""
    rows = Automation.objects.of(role.organisation).filter(role=role).order_by("pk")
    return list(
        dict.fromkeys(text for found in rows.values_list("post_requirements", flat=True) for text in found)
    )


def _lines(content: str) -> Iterator[tuple[str, str]]:
    """Lines with their kind: a heading, a list item, or neither."""
    from bs4 import BeautifulSoup  # nine megabytes with lxml

    soup = BeautifulSoup(content, "html.parser")
    if not soup.find(True) and "</" in soup.get_text():  # some job boards escape the whole text
        soup = BeautifulSoup(soup.get_text(), "html.parser")
    for tag in soup.find_all(["script", "style"]):
        tag.decompose()
    for tag in soup.find_all(True):
        if tag.name in _HEADINGS or _is_bold(tag):
            tag.insert(0, f"\n{_HEADING}")
            tag.append("\n")
        elif tag.name == "li":
            tag.insert(0, f"\n{_ITEM}")
            tag.append("\n")
        elif tag.name in _BLOCKS:
            tag.insert(0, "\n")
            tag.append("\n")
    mark = ""
    for part in soup.get_text().splitlines():
        if part[:1] in {_HEADING, _ITEM}:
            mark = part[0]
        text = " ".join(part.replace(_HEADING, " ").replace(_ITEM, " ").split())
        if text and not mark:
            short_title = text.endswith(":") and len(text) < LONGEST_HEADING
            mark = _ITEM if text[0] in "-•*–" else _HEADING if short_title else ""
        if text:
            yield mark, text
            mark = ""


def _is_bold(tag: "Tag") -> bool:
    """Whether a whole paragraph is bold, since many posts write headings like this."""
    bold = tag.find(["strong", "b"]) if tag.name in {"p", "div"} else None
    return (
        bold is not None
        and 0 < len(tag.get_text(strip=True)) == len(bold.get_text(strip=True)) < LONGEST_HEADING
    )


def joined(posts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for content in posts for text in sentences_of(content)))[:MOST_KEPT]
