"""The reference check's part of a snapshot."""

from goodword.accounts.models import Organisation
from goodword.references.result_types import (
    Answer,
    AnswerGroup,
    Contradiction,
    QuestionResult,
    ReceivedReference,
    Results,
    Verification,
)
from goodword.reports.domain.freeze import moment_text
from goodword.reports.pdf import snapshot


def check_part(results: Results, *, organisation: Organisation) -> snapshot.Check:
    """What came in, question by question, and what was stated beside what was confirmed.

    Nothing of signs of trouble, of how long anybody took, or of why somebody declined.
    """
    people = [*results.references, *([results.own] if results.own else [])]
    last = max((who.submitted_at for who in results.references), default=None)
    completed = results.completed_at or last
    return {
        "questionnaire": {"title": results.questionnaire, "version": results.version},
        "asked": results.wanted,
        "received": results.received,
        "sent": results.sent,
        "declined": results.declined,
        "erased": results.erased,
        "completed_at_text": moment_text(completed, organisation=organisation) if completed else "",
        "references": [_reference(who, organisation=organisation) for who in people],
        "questions": [_question(asked) for asked in results.questions],
        "verification": [_verification(entry) for entry in results.verification],
        "contradictions": [_contradiction(found) for found in results.contradictions],
    }


def _reference(who: ReceivedReference, *, organisation: Organisation) -> snapshot.Reference:
    return {
        "id": who.id,
        "referee": {
            "name": who.name,
            "relationship": who.relationship,
            "company": who.company or None,
            "title": who.candidate_title if who.factual else None,
        },
        "period_text": who.period or None,
        "submitted_at_text": moment_text(who.submitted_at, organisation=organisation),
        "factual": who.factual,
        "self_reference": who.own,
        "late": who.late,
        "language": who.language or None,
    }


def _question(asked: QuestionResult) -> snapshot.Question:
    comments = [_comment(answer) for answer in asked.comments]
    groups = [_values(group) for group in asked.groups]
    head = _head(asked)
    if asked.kind in {"rating", "agreement"}:
        levels: list[snapshot.Level] = [
            {"value": level.value, "label": level.label, "example": level.example or None}
            for level in asked.levels
        ]
        return {
            "type": "rating",
            "id": asked.id,
            "text": asked.text,
            "levels": levels,
            "agreement": asked.kind == "agreement",
            "by_relationship": groups,
            "comments": comments,
            **head,
        }
    if asked.kind == "between":
        return {
            "type": "statement",
            "id": asked.id,
            "text": asked.text,
            "low_text": asked.ends[0],
            "high_text": asked.ends[1],
            "scale_min": asked.levels[0].value,
            "scale_max": asked.levels[-1].value,
            "by_relationship": groups,
            "comments": comments,
            **head,
        }
    if asked.has_options:
        return {
            "type": "choice",
            "id": asked.id,
            "text": asked.text,
            "multiple": asked.multiple,
            "options": [{"value": value, "label": label} for value, label in asked.options],
            "pick": asked.pick,
            "by_relationship": groups,
            "comments": comments,
            **head,
        }
    if asked.kind == "line":
        answers: list[snapshot.Comment] = [
            {"reference": answer.by.id, "text": answer.words} for answer in asked.answers
        ]
        return {
            "type": "line",
            "id": asked.id,
            "text": asked.text,
            "answers": answers,
            "comments": comments,
            **head,
        }
    if asked.kind == "text":
        return {"type": "long_text", "id": asked.id, "text": asked.text, "comments": comments, **head}
    raise ValueError(f"Reports have no block for questions of the kind {asked.kind}.")


def _comment(answer: Answer) -> snapshot.Comment:
    written: snapshot.Comment = {"reference": answer.by.id, "text": answer.comment}
    if answer.by.language_code:
        written["language"] = answer.by.language_code
    return written


def _head(asked: QuestionResult) -> snapshot.QuestionHead:
    head: snapshot.QuestionHead = {}
    if asked.competency:
        head["competency"] = asked.competency
    if asked.unasked:
        head["note"] = asked.unasked
    if asked.not_asked:
        head["not_asked"] = [who.id for who in asked.not_asked]
    if asked.own_text:
        head["own_text"] = asked.own_text
    return head


def _values(group: AnswerGroup) -> snapshot.GroupValues:
    return {
        "relationship": group.relationship,
        "n": group.n,
        "skipped": group.skipped,
        "values": list(group.values),
        "identifiable": group.identifiable,
        "self_reference": group.own,
        "answers": [{"reference": answer.by.id, "values": list(answer.values)} for answer in group.answers],
    }


def _verification(entry: Verification) -> snapshot.Verification:
    return {
        "reference": entry.reference,
        "what": entry.what,
        "stated": entry.stated or None,
        "confirmed": entry.confirmed or None,
        "verdict": entry.verdict,
    }


def _contradiction(found: Contradiction) -> snapshot.Contradiction:
    return {
        "what": found.what,
        "company": found.company,
        "said": [{"text": fact, "by": [who.id for who in by]} for fact, by in found.said],
        "references": [who.id for _, by in found.said for who in by],
    }
