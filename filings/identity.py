"""Who a person is: identity documents, masking, and how a name is found by its pinyin initials."""

import datetime as dt
import re
from functools import lru_cache

import pypinyin
from stdnum.cn import ric
from stdnum.exceptions import InvalidChecksum, InvalidLength
from stdnum.exceptions import ValidationError as NumberFault

from hospitals.vocabulary import Term


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
    """What is wrong with an identity number, in one Chinese sentence; empty where nothing is."""
    if id_type != IdType.RESIDENT_ID:
        return "" if re.fullmatch(r"[A-Z0-9()/\-]{4,30}", number) else "证件号码应为4至30位字母或数字"
    try:
        ric.validate(number)
    except InvalidLength:
        return f"身份证号码应为18位，现为{len(number)}位"
    except InvalidChecksum:
        return "身份证号码校验码不符，请核对"
    except NumberFault:
        return "身份证号码格式、出生日期或地区有误，请核对"
    return "身份证号码的出生日期晚于今天" if ric.get_birth_date(number) > dt.date.today() else ""  # noqa: DTZ011


def normal_number(number: str) -> str:
    """As stored: no blanks, full width made half width, capitals."""
    half = number.translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
    return re.sub(r"\s", "", half).upper()


def birth_date_of(number: str) -> dt.date:
    return ric.get_birth_date(number)


def sex_of(number: str) -> str:
    return Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def masked(number: str) -> str:
    """370702********1234: what lists and pages show until somebody asks for more."""
    if len(number) <= 8:
        return number[:1] + "*" * (len(number) - 2) + number[-1:]
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def masked_phone(number: str) -> str:
    return number[:3] + "****" + number[-4:] if len(number) >= 10 else number


@lru_cache(maxsize=20_000)
def initials(name: str) -> str:
    """Pinyin initials of a name, lower case (王小明 → wxm); letters and digits stay."""
    return "".join(pypinyin.lazy_pinyin(name, style=pypinyin.Style.FIRST_LETTER))[:40].lower()
