"""The reference check's part of a snapshot."""

from goodword.accounts.models import Organisation
from goodword.references.results import Asked, Results, Values
from goodword.reports.domain.head import moment_text
from goodword.reports.pdf import snapshot


def check_part(results: Results, *, organisation: Organisation) -> snapshot.Check:
    """What came in, question by question, and what was stated beside what was confirmed."""
    last = max((reference.submitted_at for reference in results.references), default=None)
    completed = results.completed_at or last
    return {
        "questionnaire": {"title": results.questionnaire, "version": results.version},
        "asked": results.wanted,
        "received": results.received,
        "completed_at_text": moment_text(completed, organisation=organisation) if completed else "",
        "references": [
            {
                "id": reference.id,
                "referee": {
                    "name": reference.name,
                    "relationship": reference.relationship,
                    "company": reference.company or None,
                    "title": reference.candidate_title if reference.factual else None,
                },
                "period_text": reference.period or None,
                "submitted_at_text": moment_text(reference.submitted_at, organisation=organisation),
                "factual": reference.factual,
                "self_reference": False,
            }
            for reference in results.references
        ],
        "questions": [_question(asked) for asked in results.questions],
        "verification": [
            {
                "reference": entry.reference,
                "what": entry.what,
                "stated": entry.stated or None,
                "confirmed": entry.confirmed or None,
            }
            for entry in results.verification
        ],
    }


def _question(asked: Asked) -> snapshot.Question:
    comments: list[snapshot.Comment] = [
        {"reference": comment.reference, "text": comment.text} for comment in asked.comments
    ]
    values = [_values(found) for found in asked.by_relationship]
    if asked.kind == "rating":
        return {
            "type": "rating",
            "id": asked.id,
            "text": asked.text,
            "levels": [
                {"value": level.value, "label": level.label, "example": level.example or None}
                for level in asked.levels
            ],
            "by_relationship": values,
            "comments": comments,
        }
    if asked.kind == "choice":
        return {
            "type": "choice",
            "id": asked.id,
            "text": asked.text,
            "multiple": asked.multiple,
            "options": [{"value": value, "label": label} for value, label in asked.options],
            "by_relationship": values,
            "comments": comments,
        }
    return {"type": "long_text", "id": asked.id, "text": asked.text, "comments": comments}


def _values(found: Values) -> snapshot.Values:
    return {
        "relationship": found.relationship,
        "n": found.n,
        "skipped": found.skipped,
        "values": list(found.values),
        "identifiable": found.identifiable,
        "self_reference": False,
    }
