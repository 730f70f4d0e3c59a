"""Judgement sets for the editor's tests."""

from typing import Any

from django.urls import reverse

from goodword.accounts.models import Membership, Organisation
from goodword.assessments.catalogue.drafts import DRAFTS, TestDraft
from goodword.assessments.kinds.judgement.drafts import add_situation, create_set, publish_set
from goodword.assessments.kinds.judgement.editor import KeyedAction
from goodword.assessments.models import Test, TestVersion
from tests.support import factories

NOW = factories.NOW

LATE = "A delivery is late, and the customer is at the counter."
CALL = KeyedAction(
    id="", text="Call the depot while they wait.", effectiveness=4.5, reason="They see that it moves."
)
SORRY = KeyedAction(
    id="", text="Say sorry and ask them to come back.", effectiveness=2, reason="It helps nobody."
)


def built_in(organisation: Organisation, *, languages: tuple[str, ...] = ("en", "de")) -> Test:
    """A published built-in set in several languages."""
    test = Test.objects.create(
        organisation=organisation,
        kind=Test.Kind.JUDGEMENT,
        key="judgement_shop",
        title="Situations in a shop",
        description="What is effective in a shop.",
        created_at=NOW,
    )
    for language in languages:
        TestVersion.objects.create(
            organisation=organisation,
            test=test,
            number="1",
            language=language,
            content=content(language),
            created_at=NOW,
            published_at=NOW,
        )
    return test


def content(language: str = "en") -> dict[str, Any]:
    """A complete set of two situations."""
    in_words = (lambda text: text) if language == "en" else (lambda text: f"{language}: {text}")
    return {
        "kind": "judgement",
        "id": "judgement_shop",
        "version": "1",
        "language": language,
        "name": in_words("Situations in a shop"),
        "licence": "Goodword's own",
        "source": "Written for Goodword",
        "construct": in_words("Judging what helps customers"),
        "instructions": in_words("Judge each action."),
        "response_scale": [{"value": n, "label": in_words(f"Step {n}")} for n in range(1, 6)],
        "key_basis": in_words("Set by the authors."),
        "situations": [
            {
                "id": f"s{n}",
                "text": in_words(f"Situation {n}"),
                "actions": [
                    {
                        "id": f"s{n}a{m}",
                        "text": in_words(f"Action {m} of {n}"),
                        "effectiveness": m + 0.5,
                        "reason": in_words(f"Reason {m} of {n}"),
                    }
                    for m in (1, 2)
                ],
            }
            for n in (1, 2)
        ],
    }


def own(by: Membership, *texts: str) -> Test:
    """A draft of an organisation's set with a situation for each text."""
    made = create_set(
        name="In the workshop",
        instructions="Judge each action.",
        construct="Judging what helps in a workshop",
        language="en",
        by=by,
        now=NOW,
    )
    for text in texts:
        add_situation(test=made, text=text, actions=[CALL, SORRY], revision=revision(made))
    return made


def published(by: Membership) -> Test:
    """Version 1 of an organisation's set with one situation."""
    made = own(by, LATE)
    publish_set(
        test=made, revision=revision(made), key_by="Ana Ruiz", key_how="She rated all.", by=by, now=NOW
    )
    made.refresh_from_db()
    return made


def draft(test: Test) -> TestDraft:
    found = DRAFTS.find(test)
    assert found is not None
    return found


def revision(test: Test) -> int:
    return draft(test).source.revision


def situations(test: Test) -> list[dict[str, Any]]:
    return list(draft(test).content["situations"])


def url(name: str, test: Test, *more: str) -> str:
    return reverse(name, args=[test.organisation.slug, test.pk, *more])
