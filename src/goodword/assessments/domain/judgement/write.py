"""Put a changed source into a draft, and let its translations follow."""

from goodword.assessments.domain.drafts import Content, Draft, save
from goodword.assessments.editor.judgement import carried


def write(draft: Draft, content: Content) -> None:
    """In the transaction of `drafts.held`."""
    contents = {row.language: carried(content, row.content) for row in draft.translations}
    save(draft, {draft.source.language: content, **contents})
