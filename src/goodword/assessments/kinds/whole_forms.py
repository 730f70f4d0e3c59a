from collections.abc import Collection
from typing import Protocol

from goodword.assessments.kinds.content import FormOffer, Scale


class _HasForms(Protocol):
    def offers(self) -> tuple[FormOffer, ...]: ...


class WholeForms:
    """The members of `Kind` about scales, for kinds whose forms can only be taken as a whole."""

    def offer(self, content: _HasForms, form: str) -> FormOffer:
        for offer in content.offers():
            if offer.id == form:
                return offer
        raise LookupError(f"There is no form “{form}”.")

    def scales_of(self, content: object, form: str) -> tuple[Scale, ...]:
        del content, form
        return ()

    def narrowed(self, content: object, form: str, scales: Collection[str]) -> str:
        del content, scales
        return form

    def whole_form(self, content: object, form: str) -> str:
        del content
        return form
