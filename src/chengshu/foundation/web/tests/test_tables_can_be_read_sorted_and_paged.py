from datetime import UTC, datetime
from decimal import Decimal

from chengshu.foundation.web.shell import Column, Filter, Option, Page

COLUMNS = (
    Column("name", "Name", header=True, sort="name"),
    Column("amount", "Amount", kind="money", sort="amount"),
    Column("at", "At", kind="datetime"),
)
ROWS = [
    {"id": 1, "name": "<Docks>", "amount": Decimal("1038.84"), "at": datetime(2025, 9, 30, 16, 5, tzinfo=UTC)}
]
TABLE = (
    '{{ ui.data_table("t", columns, rows, "Things", path="/things/", query=query, sort=sort,'
    " filters=filters, page=page) }}"
)


def show(parse, rows=ROWS, query=None, sort="", filters=(), page=None):
    return parse(TABLE, columns=COLUMNS, rows=rows, query=query or {}, sort=sort, filters=filters, page=page)


def test_cells_are_escaped_and_formatted(parse):
    page = show(parse)
    assert page.xpath("//tbody//th")[0].text_content().strip() == "<Docks>"
    assert [cell.text_content().strip() for cell in page.xpath("//tbody//td")] == [
        "1,038.84",
        "2025-10-01 00:05",
    ]


def test_only_the_sorted_column_says_so_and_its_link_turns_the_order(parse):
    page = show(parse, sort="amount", query={"unit": "a", "sort": "amount"})
    (sorted_head,) = page.xpath("//th[@aria-sort]")
    assert sorted_head.get("aria-sort") == "ascending"
    assert sorted_head.xpath(".//a/@href") == ["/things/?unit=a&sort=-amount"]


def test_every_cell_carries_its_heading_for_phones(parse):
    assert show(parse).xpath("//tbody//*[@data-label]/@data-label") == ["Name", "Amount", "At"]


def test_a_page_in_the_middle_leads_both_ways_and_keeps_filters(parse):
    page = show(parse, query={"unit": "a"}, page=Page(shown=1, total=281, start=51, previous="p", next="n"))
    assert page.xpath("//nav//a/@href") == ["/things/?unit=a&cursor=p", "/things/?unit=a&cursor=n"]
    assert "Rows 51–51 of 281" in page.xpath('//*[@role="status"]')[0].text_content()


def test_an_uncounted_table_does_not_invent_a_total(parse):
    page = show(parse, page=Page(shown=1))
    assert page.xpath('//*[@role="status"]')[0].text_content().strip() == "1 rows on this page"


def test_nothing_found_is_told_apart_from_nothing_there(parse):
    chosen = (Filter("unit", "Unit", "a", options=(Option("a", "A"),)),)
    assert "Nothing matches these filters" in show(parse, rows=[], filters=chosen).text_content()
    assert "Nothing here yet" in show(parse, rows=[]).text_content()


def test_filters_keep_their_choice(parse):
    page = show(parse, filters=(Filter("unit", "Unit", "b", options=(Option("a", "A"), Option("b", "B"))),))
    assert page.xpath("//option[@selected]/@value") == ["b"]


def test_a_call_block_draws_its_own_cells(parse):
    page = parse(
        '{% call(row, column) ui.data_table("t", columns, rows, "Things") %}'
        "{% if column.key == 'name' %}<a href='#x'>{{ row.name }}</a>"
        "{% else %}{{ ui.cell(row, column) }}{% endif %}{% endcall %}",
        columns=COLUMNS,
        rows=ROWS,
    )
    assert page.xpath("//tbody//th/a")[0].text == "<Docks>"
    assert page.xpath("//tbody//td")[0].text_content().strip() == "1,038.84"
