import sys

from django.utils import translation

from goodword.accounts.models import Organisation
from goodword.assessments.catalogue.packs import ensure_all_builtin
from goodword.assessments.catalogue.selection import NoSuchVersion, select
from goodword.assessments.manual.chapters import technical_manual
from goodword.assessments.manual.facts import manual_facts
from goodword.assessments.manual.markdown import as_markdown
from goodword.assessments.models import Test
from goodword.assessments.queries import content_of
from goodword.core import clock


def show(*, slug: str, key: str, number: str, form: str, language: str) -> int:
    """`goodword manual`: 2 if there is no such organisation, test, version or form."""
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        return _refused(f"There is no organisation “{slug}”.")
    ensure_all_builtin(organisation, now=clock.now())
    test = Test.objects.of(organisation).filter(key=key).first()
    if test is None:
        known = Test.objects.of(organisation).order_by("key").values_list("key", flat=True)
        return _refused(f"There is no test “{key}”. There are: {', '.join(known)}.")
    try:
        found = select(test, number=number, language=language, form=form)
    except NoSuchVersion:
        return _refused(f"“{key}” has no such version or language.")
    if found is None:
        return _refused(f"“{key}” has not been published.")
    if form and found.form != form:
        forms = ", ".join(one.id for one in content_of(found.version).offers())
        return _refused(f"“{key}” has no form “{form}”. There are: {forms}.")
    with translation.override("en"):
        made = technical_manual(
            manual_facts(found.version, found.form, language=found.language), now=clock.now()
        )
        print(as_markdown(made.title, made.sections), end="")
    return 0


def _refused(sentence: str) -> int:
    print(f"goodword: {sentence}", file=sys.stderr)
    return 2
