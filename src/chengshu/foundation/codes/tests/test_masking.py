"""Display masks: what stays readable, and that nothing more does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengshu.foundation.codes import (
    DivisionCode,
    mask_address,
    mask_bank_card,
    mask_email,
    mask_id_number,
    mask_name,
    mask_phone,
    mask_plate,
    nansha_divisions,
)

MASKS = (mask_address, mask_bank_card, mask_email, mask_id_number, mask_name, mask_phone, mask_plate)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("", ""),
        ("张", "*"),
        ("张三", "张*"),
        ("张 三", "张*"),
        ("𠮷　三", "𠮷*"),
        ("张小三", "张*三"),
        ("张王小三", "张**三"),
        ("欧阳修", "欧阳*"),
        ("欧阳文忠", "欧阳*忠"),
        ("John Smith", "J*** S****"),
        ("J", "J*"),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "ends", "region"),
    [
        ("440115200002291234", "4****************4", "440115********1234"),
        ("H12345678", "H*******8", "H*******8"),
        ("1234", "****", "****"),
        ("", "", ""),
    ],
)
def test_identity_numbers(number: str, ends: str, region: str) -> None:
    assert mask_id_number(number) == ends
    assert mask_id_number(number, keep="region") == region


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13812341234", "138****1234"),
        ("+86 138 1234 1234", "138****1234"),
        ("020-39099118", "020-******18"),
        ("(0763)3345678", "0763-*****78"),
        ("+85223456789", "**********89"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_phones(number: str, masked: str) -> None:
    assert mask_phone(number) == masked


@pytest.mark.parametrize(
    ("address", "town", "village"),
    [
        (
            "广东省广州市南沙区东涌镇大稳村十三队一巷5号",
            "广东省广州市南沙区东涌镇***",
            "广东省广州市南沙区东涌镇大稳村***",
        ),
        (
            "广州市南沙区南沙街道金隆社区环市大道南2号",
            "广州市南沙区南沙街道***",
            "广州市南沙区南沙街道金隆社区***",
        ),
        ("南沙区大岗镇镇南社区1号", "南沙区大岗镇***", "南沙区大岗镇镇南社区***"),
        ("南沙区进港大道80号", "南沙区***", "南沙区***"),
        ("大岗镇兴业路8号", "大岗镇***", "大岗镇***"),
        ("南沙街蕉西路1号", "南沙街***", "南沙街***"),
        (
            "湖南省长沙市岳麓区橘子洲街道天马社区2栋",
            "湖南省长沙市岳麓区橘子洲街道***",
            "湖南省长沙市岳麓区橘子洲街道天马社区***",
        ),
        ("江苏省镇江市京口区梦溪路9号", "江苏省镇江市京口区***", "江苏省镇江市京口区***"),
        ("北京市东城区朝阳门街道5号", "北京市东城区朝阳门街道***", "北京市东城区朝阳门街道***"),
        ("广州市翡翠花园小区3栋", "广州市***", "广州市***"),
        ("广州市南沙区家家超市旁", "广州市南沙区***", "广州市南沙区***"),
        ("翡翠花园小区3栋", "***", "***"),
        ("家家超市旁", "***", "***"),
        ("进港大道80号", "***", "***"),
        ("广州市南沙区", "广州市南沙区", "广州市南沙区"),
        ("", "***", "***"),
    ],
)
def test_addresses(address: str, town: str, village: str) -> None:
    assert mask_address(address) == town
    assert mask_address(address, keep="village") == village


def test_every_town_and_street_of_the_register_is_known() -> None:
    towns = nansha_divisions().children(DivisionCode("440115"))
    assert {mask_address(f"南沙区{town.name}某路1号") for town in towns} == {
        f"南沙区{town.name}***" for town in towns
    }


def test_cards_plates_and_mail() -> None:
    assert mask_bank_card("6222 0210 0101 1234 567") == "***************4567"
    assert mask_bank_card("12345678") == "********"
    assert mask_plate("粤A12312") == "粤A***12"
    assert mask_email("alice@x.com") == "a***@x.com"
    assert mask_email("a@x.com") == "***@x.com"
    assert mask_email("not an address") == "***"


@given(st.text())
def test_no_mask_ever_fails(text: str) -> None:
    assert all(isinstance(mask(text), str) for mask in MASKS)


@given(st.text("0123456789", min_size=5, max_size=30))
def test_no_number_stays_whole(number: str) -> None:
    for mask in (mask_bank_card, mask_id_number, mask_phone):
        assert number not in mask(number)


def test_naughty_strings_never_crash(naughty_strings: list[str]) -> None:
    assert all(isinstance(mask(text), str) for mask in MASKS for text in naughty_strings)
