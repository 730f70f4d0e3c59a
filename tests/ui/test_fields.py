"""Form fields: input is kept, and errors are above the input and linked to it."""

import re

from bs4 import BeautifulSoup
from django import forms
from django.utils import translation
from django.utils.html import format_html

from goodword.ui.fields import AddressField, ErrorLink, LongSelect, error_links
from tests.ui.conftest import Render


class Person(forms.Form):
    name = forms.CharField()
    email = forms.EmailField(help_text="We write to <b>Ada</b> once.")
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    note = forms.CharField(required=False)
    agree = forms.BooleanField(help_text="Ada & Bob")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        raise forms.ValidationError("Both cannot be.")


def test_an_address_is_read_without_characters_that_nobody_sees() -> None:
    assert AddressField().clean(" ada\u200b@mail.example\u2060 ") == "ada@mail.example"


def bound() -> Person:
    form = Person({"name": '"><script>', "email": "nobody"})
    form.is_valid()
    return form


def test_error_links_are_in_order_and_name_the_input() -> None:
    assert error_links([bound()]) == [
        ErrorLink("", "Both cannot be."),
        ErrorLink("id_email", "Email: Enter a valid email address."),
        ErrorLink("id_kind_0", "Kind: This field is required."),
        ErrorLink("id_agree", "Agree: This field is required."),
    ]


def test_the_label_is_followed_by_the_colon_of_the_language() -> None:
    with translation.override("fr"):
        assert error_links([bound()])[1].message.startswith("Email\u00a0: ")


def test_an_unbound_form_has_no_errors() -> None:
    assert error_links([Person()]) == []


def test_an_error_is_above_its_input_and_describes_it(render: Render) -> None:
    html = render('<c-field :field="form.email" />', form=bound())
    assert 'aria-describedby="id_email_helptext id_email_error"' in html
    assert 'aria-invalid="true"' in html
    assert html.index('id="id_email_error"') < html.index("<input")
    assert 'value="nobody"' in html


def test_input_is_escaped(render: Render) -> None:
    html = render('<c-field :field="form.name" />', form=bound())
    assert 'value="&quot;&gt;&lt;script&gt;"' in html


def test_a_hint_passed_by_the_page_describes_the_input(render: Render) -> None:
    html = render('<c-field :field="form.name" hint="As in the passport" label="Full name" />', form=Person())
    assert '<label class="field__label" for="id_name">Full name</label>' in html
    assert '<div class="field__hint" id="id_name_helptext">As in the passport</div>' in html
    assert 'aria-describedby="id_name_helptext"' in html


def test_the_language_of_a_text_is_that_of_its_input_not_of_the_label(render: Render) -> None:
    html = render('<c-field :field="form.name" lang="de" /><c-field :field="form.name" />', form=Person())
    assert html.count("lang=") == 1
    assert re.search(r'<input[^>]* lang="de"', html)


def test_another_text_describes_the_input_beside_its_hint_and_error(render: Render) -> None:
    html = render('<c-field :field="form.email" hint="Yours" described_by="more" />', form=bound())
    assert 'aria-describedby="id_email_helptext id_email_error more"' in html


def test_a_hint_is_escaped(render: Render) -> None:
    html = render('<c-field :field="form.name" :hint="hint" />', form=Person(), hint="<img src=x>")
    assert "<img" not in html


def test_a_help_text_is_escaped_unless_it_is_html(render: Render) -> None:
    """It may contain a name."""
    form = Person()
    assert "We write to &lt;b&gt;Ada&lt;/b&gt; once." in render('<c-field :field="form.email" />', form=form)
    assert "Ada &amp; Bob" in render('<c-field :field="form.agree" />', form=form)
    form = Person()
    form.fields["email"].help_text = format_html("We write to <b>{}</b> once.", "A & B")
    assert "We write to <b>A &amp; B</b> once." in render('<c-field :field="form.email" />', form=form)


def test_an_optional_field_is_marked(render: Render) -> None:
    html = render('<c-field :field="form.note" />', form=Person())
    assert 'Note <span class="field__optional">(optional)</span>' in html


def test_radios_are_in_a_fieldset_with_a_legend(render: Render) -> None:
    html = render('<c-field :field="form.kind" />', form=bound())
    assert re.search(r'<fieldset aria-describedby="id_kind_error"> <legend class="field__label">Kind', html)
    assert 'id="id_kind_0"' in html


def test_a_hidden_field_is_only_its_input(render: Render) -> None:
    html = render('<c-field :field="form.secret" />', form=Person())
    assert html == '<input type="hidden" name="secret" id="id_secret">'


def test_the_error_summary_links_to_the_fields(render: Render) -> None:
    html = render('<c-error-summary :form="form" />', form=bound())
    assert 'role="alert"' in html
    assert "<li>Both cannot be.</li>" in html
    assert '<li><a href="#id_kind_0">Kind: This field is required.</a></li>' in html


def test_there_is_no_summary_without_errors(render: Render) -> None:
    assert render('<c-error-summary :form="form" />', form=Person()) == ""


def test_a_rendered_form_uses_the_components() -> None:
    html = str(bound())
    assert html.count('<div class="field ') == 5
    assert html.count('class="error-summary"') == 1
    assert html.count('name="secret"') == 1


def test_a_long_select_equals_djangos_except_for_whitespace() -> None:
    choices = [("", "None <yet>"), ("a&b", 'A "and" B'), (3, "C")]
    for value in ("", "a&b", 3, None, "missing"):
        ours, djangos = (
            widget(attrs={"required": True, "disabled": False, "class": "x"}, choices=choices)
            .render("kind", value, {"id": "id_kind", "aria-describedby": "hint"})
            .strip()
            for widget in (LongSelect, forms.Select)
        )
        whole = re.sub(r">\s+<", "><", djangos)
        assert BeautifulSoup(ours, "html.parser") == BeautifulSoup(whole, "html.parser")
