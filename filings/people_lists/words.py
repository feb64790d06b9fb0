"""Names, numbers and kinds as lists of people write them.  Plain Python; every reader raises ValueError in Chinese."""

import re
import unicodedata
from functools import lru_cache

from filings.identity import IdType, Sex
from filings.vocabulary import Employment, Hardship, Scheme

ID_TYPES = {
    IdType.RESIDENT_ID: ("居民身份证", "身份证", "二代身份证", "居民身份证户口簿"),
    IdType.PASSPORT: ("外国人护照", "护照", "外国护照"),
    IdType.OTHER: (
        "其他证件",
        "其他",
        "其它",
        "其它证件",
        "户口簿",
        "出生医学证明",
        "港澳居民来往内地通行证",
        "台湾居民来往大陆通行证",
        "外国人永久居留身份证",
        "外国人永久居留证",
    ),
}
SEXES = {
    Sex.MALE: ("男", "男性"),
    Sex.FEMALE: ("女", "女性"),
    Sex.UNKNOWN: ("未知", "未说明", "未说明的性别", "未知的性别"),
}
SCHEMES = {Scheme.EMPLOYEE: ("职工", "310"), Scheme.RESIDENT: ("居民", "390")}
EMPLOYMENTS: dict[Employment | str, tuple[str, ...]] = {
    Employment.ACTIVE: ("在职", "在职职工", "在职人员", "11"),
    Employment.RETIRED: ("退休", "退休职工", "退休人员", "12"),
    "": ("居民", "城乡居民", "成年居民", "未成年居民", "老年居民", "学生儿童", "学生", "儿童", "14", "15", "16"),
}
HARDSHIPS: dict[Hardship | str, tuple[str, ...]] = {
    Hardship.EXTREME_POVERTY: ("特困人员", "特困", "特困供养人员", "特困救助供养人员"),
    Hardship.MINIMUM_LIVING: ("低保对象", "低保", "低保人员", "最低生活保障对象", "城市低保", "农村低保", "城乡低保"),
    Hardship.POVERTY_RETURNED: ("返贫致贫人口", "返贫致贫", "返贫致贫人员"),
    Hardship.MONITORED: (
        "监测帮扶对象",
        "监测帮扶",
        "监测对象",
        "监测人口",
        "防返贫监测对象",
        "防止返贫监测对象",
        "返贫监测对象",
    ),
    "": ("无", "否", "非", "不是", "非困难群体", "普通", "一般", "-", "—", "/"),
}
YES = {"是", "有", "享受", "Y", "YES", "1", "TRUE", "√", "✓"}
NO = {"否", "无", "不享受", "不是", "非", "N", "NO", "0", "FALSE", "×", "-", "—", "/"}
CARD_NUMBER = re.compile(r"[A-Z0-9]{6,20}")
PHONE = re.compile(r"(?:(?:\+?86-?)?1[3-9]\d{9}|(?:\(?0\d{2,3}\)?-?)?[2-9]\d{6,7}(?:(?:-|转)\d{1,6})?)")
NAME = re.compile(r"[^\W\d_]+(?:[·.'\- ]+[^\W\d_]+)*\.?")
_DOTS = dict.fromkeys(map(ord, "•・‧∙⋅"), "·")  # what keyboards offer for the dot in a name
_NOISE = re.compile(r"[\s()\[\]【】·、,:;]")
_SCHEME_NOISE = re.compile(r"城镇|城乡|基本|医疗|保险|医保|参保|人员")


def _word(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()


@lru_cache(maxsize=50_000)
def read_name(text: str) -> str:
    """王小明, 阿依古丽·买买提, JOHN SMITH; blanks within Chinese, as forms spread short names, are left out."""
    name = unicodedata.normalize("NFKC", text.translate(_DOTS)).strip()
    if not name.isascii() and not re.search(r"[A-Za-z]", name):
        name = name.replace(" ", "")
    if len(name) > 50:
        raise ValueError("超过 50 个字")
    if not NAME.fullmatch(name):
        raise ValueError("姓名只能由汉字、字母和间隔号组成")
    if len(name) < 2:
        raise ValueError("姓名不完整")
    return name


@lru_cache(maxsize=256)
def read_id_type(text: str) -> str:
    word = _word(text)
    for kind, words in ID_TYPES.items():
        if word in (*words, kind.value):
            return kind.value
    raise ValueError("不认识的证件类型，应为居民身份证、外国人护照或其他证件")


@lru_cache(maxsize=256)
def read_sex(text: str) -> str:
    word = _word(text)
    for sex, words in SEXES.items():
        if word in (*words, sex.value):
            return sex.value
    raise ValueError("不认识的性别，应为男或女")


@lru_cache(maxsize=256)
def read_scheme(text: str) -> str:
    word = _SCHEME_NOISE.sub("", _word(text))
    for scheme, words in SCHEMES.items():
        if word in words:
            return scheme.value
    raise ValueError("不认识的险种，应为职工医保或居民医保")


@lru_cache(maxsize=256)
def read_employment(text: str) -> str:
    """A filings.vocabulary.Employment, or '' for a kind of resident."""
    word = _word(text)
    for employment, words in EMPLOYMENTS.items():
        if word in words:
            return str(employment)
    raise ValueError("不认识的在职状态，应为在职或退休")


@lru_cache(maxsize=256)
def read_hardship(text: str) -> str:
    """A filings.vocabulary.Hardship, or '' where the list says that the person belongs to no such group."""
    word = _word(text) or text.strip()
    for hardship, words in HARDSHIPS.items():
        if word in words:
            return str(hardship)
    raise ValueError("不认识的困难群体，应为特困、低保、返贫致贫、监测帮扶或无")


@lru_cache(maxsize=256)
def read_yes_or_no(text: str) -> bool:
    word = _word(text) or text.strip()
    if word in YES or word in NO:
        return word in YES
    raise ValueError("应为是或否")


def read_phone(text: str) -> str:
    phone = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate({ord("—"): "-", ord("–"): "-"})
    if not PHONE.fullmatch(phone):
        raise ValueError("不是有效的电话号码")
    return phone


def read_card(text: str) -> str:
    if not CARD_NUMBER.fullmatch(text):
        raise ValueError("社保卡号应为 6 至 20 位字母或数字")
    return text
