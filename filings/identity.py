"""Who a person is: identity documents, masking, and how a name is found by its pinyin initials."""

import datetime as dt
import re
from functools import lru_cache

from stdnum.cn import ric
from stdnum.exceptions import ValidationError as NumberFault

from hospitals.vocabulary import Term

EARLIEST_BIRTH = 1890
_NORTH_TO_WEST = (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66))
PROVINCES = frozenset(map(str, (*_NORTH_TO_WEST, 71, 81, 82, 83)))  # 81-83: residents from Hong Kong, Macau, Taiwan


class IdType(Term):
    """psn_cert_type of the national code tables."""

    RESIDENT_ID = "01", "居民身份证"
    PASSPORT = "08", "外国人护照"
    OTHER = "99", "其他证件"


class Sex(Term):
    """gend of the national code tables."""

    MALE = "1", "男"
    FEMALE = "2", "女"
    UNKNOWN = "0", "未知"


def id_number_fault(id_type: str, number: str) -> str:
    """What is wrong with an identity number, in one Chinese sentence; empty where nothing is.

    Of the place only the province is checked: the number bears the county of registration, which may be younger than
    the person or long dissolved.
    """
    if id_type != IdType.RESIDENT_ID:
        return "" if re.fullmatch(r"[A-Z0-9()/\-]{4,30}", number) else "证件号码应为4至30位字母或数字"
    if len(number) != 18:
        return f"身份证号码应为18位，现为{len(number)}位"
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "身份证号码应为17位数字加一位数字或X"
    if number[-1] != ric.calc_check_digit(number):
        return "身份证号码校验码不符，请核对"
    if number[:2] not in PROVINCES:
        return "身份证号码前两位不是省级行政区划代码，请核对"
    try:
        born_on = ric.get_birth_date(number)
    except NumberFault:
        return "身份证号码中的出生日期有误，请核对"
    if born_on.year < EARLIEST_BIRTH:
        return "身份证号码中的出生日期有误，请核对"
    return "身份证号码的出生日期晚于今天" if born_on > dt.date.today() else ""  # noqa: DTZ011


def normal_number(number: str) -> str:
    """As stored: no blanks, full width made half width, capitals."""
    half = number.translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
    return re.sub(r"\s", "", half).upper()


def birth_date_of(number: str) -> dt.date:
    return ric.get_birth_date(number)


def sex_of(number: str) -> str:
    return Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def made_up_number(county: str, born_on: dt.date, serial: int) -> str:
    """A valid identity number for demonstration and tests; odd serials are men's.  county: of GB/T 2260."""
    number = f"{county}{born_on:%Y%m%d}{serial:03d}"
    return number + ric.calc_check_digit(number + "0")


def masked(number: str) -> str:
    """370702********1234: what lists and pages show until somebody asks for more."""
    if len(number) <= 8:
        return number[:1] + "*" * (len(number) - 2) + number[-1:]
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def masked_phone(number: str) -> str:
    return number[:3] + "****" + number[-4:] if len(number) >= 10 else number


@lru_cache(maxsize=20_000)
def initials(name: str) -> str:
    """Pinyin initials of a name, lower case (王小明 → wxm); letters and digits stay, what stands between goes."""
    import pypinyin  # its dictionaries take longer to load than most commands run

    letters = "".join(pypinyin.lazy_pinyin(name, style=pypinyin.Style.FIRST_LETTER))
    return "".join(letter for letter in letters if letter.isalnum())[:40].lower()
