"""What is left of personal data when somebody sees it who need not see all of it.

Every function takes any text and never fails: a text that is not what the column promises is masked more,
not less. These are display masks; they do not make data anonymous.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Final, Literal

STAR: Final = "*"
COMPOUND_SURNAMES: Final = frozenset(
    (Path(__file__).parent / "facts" / "compound_surnames.txt").read_text("utf-8").split()
)
_HAN: Final = "[一-鿿㐀-䶿\U00020000-\U0003ffff]"
_PLACE: Final = rf"(?:(?![路街巷楼樓栋棟座园園号號]){_HAN})"
"""A character of a place name; those that speak of a road or a building are left out, so that too much is
masked rather than too little."""
_PROVINCE: Final = re.compile(
    r"(?:北京|天津|上海|重庆|重慶)市|(?:内蒙古|广西壮族|西藏|宁夏回族|新疆维吾尔)自治区|(?:香港|澳门|澳門)特别行政区"
    r"|(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|廣東|海南|四川|贵州|云南|陕西|甘肃|青海|台湾)省"
)
_CITY: Final = re.compile(rf"{_PLACE}{{2,7}}?(?<!超)(?:市|自治州|地区|盟)")
_GUANGDONG_CITY: Final = re.compile(
    r"(?:广州|廣州|深圳|珠海|汕头|佛山|韶关|河源|梅州|惠州|汕尾|东莞|中山|江门|阳江|湛江|茂名|肇庆|清远|潮州|揭阳|云浮)市"
)
_DISTRICT: Final = re.compile(rf"{_PLACE}{{1,7}}?(?<![小社校厂廠超])(?:区|區|县|縣|市)")
_GUANGZHOU_DISTRICT: Final = re.compile(r"(?:荔湾|越秀|海珠|天河|白云|黄埔|番禺|花都|南沙|从化|增城)[区區]")
_TOWN: Final = re.compile(rf"{_PLACE}{{1,6}}?(?:街道办事处|街道|镇|鎮|乡|鄉)")
_NANSHA_TOWN: Final = re.compile(
    r"(?:南沙|珠江|龙穴|港湾)街道?(?:办事处)?|(?:万顷沙|横沥|黄阁|东涌|大岗|榄核)镇"
)
_VILLAGE: Final = re.compile(rf"{_PLACE}{{1,8}}?(?:村民委员会|社区居委会|村委会|居委会|社区|社區|村)")
_AREA: Final = re.compile(r"(?:\+?86-?|0086-?)?\(?(010|02[0-9]|0[3-9][0-9]{2})\)?-?([2-9][0-9]{6,7})")
_MOBILE: Final = re.compile(r"(?:\+?86-?|0086-?)?(1[3-9][0-9]{9})")


def mask_name(name: str) -> str:
    """The name with one character or letter left in front: 张*, 张*三, 欧阳*, J*** S****.

    Names of two characters keep the surname; longer ones keep the first and the last character. A compound
    surname is kept whole.
    """
    if not re.search(_HAN, name):
        return " ".join(_initial(word) for word in name.split())
    text = "".join(name.split())
    if len(text) <= 2:
        return text[0] + STAR if len(text) == 2 else STAR
    kept = 2 if text[:2] in COMPOUND_SURNAMES else 1
    if len(text) == kept + 1:
        return text[:kept] + STAR
    return text[:kept] + STAR * (len(text) - kept - 1) + text[-1]


def _initial(word: str) -> str:
    return word[0] + STAR * max(len(word) - 1, 1)


def mask_id_number(number: str, *, keep: Literal["ends", "region"] = "ends") -> str:
    """An identity number, of any kind of document.

    :param keep: ``ends`` leaves the first and the last character; ``region`` leaves the first six and the
        last four of an 18-character number, so that the birth date stays hidden, and is the same as ``ends``
        for every other number
    """
    text = _plain(number)
    if keep == "region" and len(text) == 18:
        return _middle(text, 6, 4)
    return _middle(text, 1, 1) if len(text) > 4 else STAR * len(text)


def mask_phone(number: str) -> str:
    """138****1234; of a landline the area code and the last two digits; of anything else the last two."""
    text = _plain(number)
    mobile = _MOBILE.fullmatch(text)
    if mobile:
        return f"{mobile[1][:3]}{STAR * 4}{mobile[1][-4:]}"
    landline = _AREA.fullmatch(text)
    if landline:
        return f"{landline[1]}-{_middle(landline[2], 0, 2)}"
    return _middle(text, 0, 2) if len(text) > 6 else STAR * len(text)


def mask_address(address: str, *, keep: Literal["town", "village"] = "town") -> str:
    """The address down to the town or street, or to the village or community; without one, to the district.

    :param keep: how far; an address that names no place of that kind is cut earlier, never later
    """
    text = _plain(address)
    district = _district_end(text)
    nansha = district == 0 or text[:district].endswith(("南沙区", "南沙區"))
    kept = _end(_NANSHA_TOWN if nansha else _TOWN, text, district)
    if kept > district and keep == "village":
        kept = _end(_VILLAGE, text, kept)
    return text[:kept] + STAR * 3 if len(text) > kept or not text else text


def _district_end(text: str) -> int:
    """How far the province, city and district in front reach; without either of the first two only the
    districts of Guangzhou are known."""
    province = _end(_PROVINCE, text, 0)
    city = _end(_CITY if province else _GUANGDONG_CITY, text, province)
    return _end(_DISTRICT if city else _GUANGZHOU_DISTRICT, text, city)


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def mask_bank_card(number: str) -> str:
    """The last four digits."""
    text = _plain(number)
    return _middle(text, 0, 4) if len(text) > 8 else STAR * len(text)


def mask_plate(plate: str) -> str:
    """Region and last two characters: 粤A***12."""
    text = _plain(plate)
    return f"{text[:2]}{STAR * 3}{text[-2:]}" if len(text) >= 6 else STAR * len(text)


def mask_email(address: str) -> str:
    """First letter and domain: a***@x.com."""
    name, at, domain = address.strip().rpartition("@")
    return (
        f"{name[0]}{STAR * 3}@{domain}" if at and len(name) > 1 else f"{STAR * 3}{at}{domain if at else ''}"
    )


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _middle(text: str, first: int, last: int) -> str:
    return text[:first] + STAR * (len(text) - first - last) + text[len(text) - last :]
