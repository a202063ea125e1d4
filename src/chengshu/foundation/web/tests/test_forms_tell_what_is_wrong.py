from django import forms

from chengshu.foundation.web.shell import Option


def test_what_was_typed_cannot_become_markup(render):
    html = render('{{ ui.field("name", label, value=value, error=value) }}', label="<b>", value='"><script>')
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&#34;&gt;&lt;script&gt;" in html


def test_hint_and_error_are_tied_to_the_control(parse):
    page = parse('{{ ui.field("due", "Due", "date", hint="By when", error="Too late") }}')
    (control,) = page.xpath("//input")
    described = control.get("aria-describedby").split()
    assert control.get("aria-invalid") == "true"
    assert [page.get_element_by_id(name).text_content().split() for name in described] == [
        ["By", "when"],
        ["Error:", "Too", "late"],
    ]
    assert page.xpath("//label/@for") == [control.get("id")]


def test_a_field_without_fault_carries_no_error_marks(parse):
    (control,) = parse('{{ ui.field("due", "Due") }}').xpath("//input")
    assert control.get("aria-invalid") is None
    assert control.get("aria-describedby") is None


def test_the_summary_links_to_existing_fields(parse):
    page = parse(
        '{% call ui.form("/save", errors=[("id_unit", "Choose a unit")]) %}'
        '{{ ui.field("unit", "Unit", "radio", options=options, error="Choose a unit") }}{% endcall %}',
        options=[Option("a", "A"), Option("b", "B")],
    )
    (link,) = page.xpath('//*[@role="alert"]//a')
    assert page.get_element_by_id(link.get("href")[1:]).tag == "fieldset"


def test_every_kind_of_field_keeps_its_value(parse):
    options = [Option("a", "A"), Option("b", "B")]
    page = parse(
        '{{ ui.field("t", "T", value="typed") }}{{ ui.field("x", "X", "textarea", value="line\nline") }}'
        '{{ ui.field("s", "S", "select", options=options, value="b") }}'
        '{{ ui.field("r", "R", "radio", options=options, value="b") }}'
        '{{ ui.field("c", "C", "checkboxes", options=options, value=["a"]) }}'
        '{{ ui.field("o", "O", "checkbox", value=true) }}',
        options=options,
    )
    assert page.xpath('//input[@name="t"]/@value') == ["typed"]
    assert page.xpath("//textarea")[0].text.strip() == "line\nline"
    assert page.xpath("//option[@selected]/@value") == ["b"]
    assert page.xpath("//input[@checked]/@name") == ["r", "c", "o"]


def test_a_password_is_revealed_only_by_its_button(parse):
    page = parse('{{ ui.field("secret", "Secret", "password") }}')
    (control,) = page.xpath("//input")
    (button,) = page.xpath("//button")
    assert control.get("type") == "password"
    assert (button.get("type"), button.get("aria-controls")) == ("button", control.get("id"))


class Unit(forms.Form):
    name = forms.CharField(max_length=5, help_text="Short")
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])


def test_a_django_form_keeps_what_was_typed_and_says_what_is_wrong(parse):
    form = Unit({"name": "far too long", "kind": "b"})
    page = parse(
        '{{ ui.form_errors(form) }}{{ ui.bound_field(form["name"]) }}{{ ui.bound_field(form["kind"]) }}',
        form=form,
    )
    (control,) = page.xpath("//input")
    assert control.get("value") == "far too long"
    assert control.get("maxlength") == "5"
    assert control.get("aria-describedby").split() == ["id_name-hint", "id_name-error"]
    assert page.xpath("//option[@selected]/@value") == ["b"]
    assert page.xpath('//*[@role="alert"]//a/@href') == ["#id_name"]
