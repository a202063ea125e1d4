import json

import pytest
from lxml.html import document_fromstring

from chengshu.foundation.web.gallery import PROJECTS, sample
from chengshu.foundation.web.shell import query_url

STATUSES = (400, 403, 404, 409, 422, 429, 500, 503)


def test_the_gallery_has_one_of_each_landmark_and_no_id_twice(env):
    page = document_fromstring(env.get_template("gallery.html").render(**sample()))
    ids = page.xpath("//@id")
    assert len(page.xpath("//main")) == len(page.xpath("//h1")) == len(page.xpath("//header")) == 1
    assert sorted(set(ids)) == sorted(ids)


def test_every_reference_inside_the_gallery_leads_somewhere(env):
    page = document_fromstring(env.get_template("gallery.html").render(**sample()))
    ids = set(page.xpath("//@id"))
    named = {
        name
        for value in page.xpath("//@aria-describedby | //@aria-labelledby | //@aria-controls")
        for name in value.split()
    }
    assert named | set(page.xpath("//label/@for")) <= ids
    assert len(named) > 5


@pytest.mark.parametrize("status", STATUSES)
def test_every_error_page_says_what_to_do_and_needs_no_context(env, status):
    page = document_fromstring(env.get_template(f"errors/{status}.html").render())
    assert page.xpath("//h1")[0].text_content().strip()
    assert page.xpath("//main//li")
    assert str(status) in page.xpath('//*[@class="error-page__code"]')[0].text_content()


def test_an_error_page_shows_the_hint_first_and_the_code(env):
    html = env.get_template("errors/409.html").render(
        message="Already sent.", hint="Withdraw it.", code="conflict"
    )
    page = document_fromstring(html)
    assert page.xpath("//main//li")[0].text_content() == "Withdraw it."
    assert page.xpath("//code")[0].text == "conflict"


def test_the_theme_is_in_the_first_byte_of_the_page_so_nothing_flashes(env):
    base = env.get_template("base.html")
    assert document_fromstring(base.render(theme="dark")).get("data-theme") == "dark"
    assert document_fromstring(base.render(theme="auto")).get("data-theme") is None
    assert document_fromstring(base.render(theme='dark"><script>')).get("data-theme") is None


def test_chart_data_cannot_break_out_of_its_block(parse):
    data = {
        "kind": "bar",
        "unit": "",
        "categories": ["</script><b>"],
        "series": [{"name": "a & b", "values": [1]}],
    }
    page = parse('{{ ui.chart("c", "Chart", data) }}', data=data)
    (block,) = page.xpath('//script[@type="application/json"]')
    assert json.loads(block.text) == data
    assert not page.xpath("//b")


def test_a_chart_has_its_table(parse):
    data = {
        "kind": "line",
        "unit": "%",
        "categories": ["1", "2"],
        "series": [{"name": "actual", "values": [5, None]}],
    }
    rows = parse('{{ ui.chart("c", "Chart", data) }}', data=data).xpath("//tbody/tr")
    assert [[cell.text for cell in row] for row in rows] == [["1", "5"], ["2", "—"]]


def test_the_board_is_complete_without_scripts(parse):
    page = parse('{{ ui.heatfield("b", groups, families, verdicts, "Board") }}', **sample())
    cells = page.xpath('//a[contains(@class, "heat__cell")]')
    assert len(cells) == sum(sum(counts) for *_, counts in PROJECTS)
    assert all(cell.get("href") and cell.get("aria-label") for cell in cells)


def test_progress_asks_again_only_while_told_to(parse):
    running = parse('{{ ui.progress("Importing", 3, 10, poll_url="/jobs/1/") }}')
    done = parse('{{ ui.progress("Importing", 10, 10) }}')
    assert running.xpath("//@hx-get") == ["/jobs/1/"]
    assert done.xpath("//@hx-get") == []


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "/x/?a=1&b=2"),
        ({"a": None}, "/x/?b=2"),
        ({"b": "é&"}, "/x/?a=1&b=%C3%A9%26"),
        ({"a": "", "b": ""}, "/x/"),
    ],
)
def test_an_address_changes_only_what_it_is_told(changes, address):
    assert query_url("/x/", {"a": 1, "b": 2}, **changes) == address


def test_both_spellings_of_a_message_with_values_escape_them(render):
    assert render('{{ _("Hello %(name)s", name=name) }}', name="<b>") == "Hello &lt;b&gt;"
    assert render('{{ _("Hello %(name)s") % {"name": name} }}', name="<b>") == "Hello &lt;b&gt;"
    assert render('{{ _("100 % done") }}') == "100 % done"


def test_navigation_marks_the_current_page_and_reads_mappings_too(env):
    item = {"title": "Board", "url": "/board/", "current": True}
    html = env.get_template("base.html").render(navigation=[{"title": "Work", "items": [item]}])
    (link,) = document_fromstring(html).xpath('//nav//a[@aria-current="page"]')
    assert (link.get("href"), link.text_content()) == ("/board/", "Board")


def test_a_notice_for_the_next_page_is_announced_by_its_weight(env):
    notices = [{"kind": "error", "message": "<Lost>"}, {"kind": "success", "message": "Saved"}]
    page = document_fromstring(env.get_template("base.html").render(messages=notices))
    found = page.xpath('//*[contains(@class, "notice ")]')
    assert [(one.get("role"), one.text_content().strip()) for one in found] == [
        ("alert", "<Lost>"),
        ("status", "Saved"),
    ]
