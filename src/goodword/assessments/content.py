"""The content of a test version, parsed by its kind."""

from typing import Final

from goodword.assessments.kinds import Content, kind_named
from goodword.assessments.models import TestVersion

_MOST: Final = 512
#: of published versions, which never change, by their id
_parsed: dict[int, Content] = {}


def content_of(version: TestVersion) -> Content:
    """The content of a version. That of a published one is read and parsed once per process.

    A version fetched without its content (`defer`) reads it from the database then.
    """
    if version.published_at is None:
        return parse(version.test.kind, version.content)
    found = _parsed.get(version.pk)
    if found is None:
        found = parse(version.test.kind, version.content)
        if len(_parsed) >= _MOST:
            _parsed.clear()
        _parsed[version.pk] = found
    return found


def parse(kind: str, data: object) -> Content:
    """Content out of JSON, by a kind as in models.Test. Raises `ReadingError` with a sentence on what is wrong."""
    content: Content = kind_named(kind).parse(data)
    return content
