"""Levels and services as lists write them.  Plain Python."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from hospitals.vocabulary import Level, Scope, Service

NATIONAL_LEVELS = {
    "01": "三级特等",
    "02": "三级甲等",
    "03": "三级乙等",
    "04": "三级丙等",
    "05": "二级甲等",
    "06": "二级乙等",
    "07": "二级丙等",
    "08": "一级甲等",
    "09": "一级乙等",
    "10": "一级丙等",
    "11": "无等级",
}
_DIGITS = {"1": "一", "2": "二", "3": "三", "I": "一", "II": "二", "III": "三"}
_LEVEL = re.compile(
    r"([一二三123]|I{1,3})(?:级([甲乙丙特]?)等?|([甲乙丙])等?)(?:综合|专科|中医|中西医结合|民族)?(?:医院)?"
)
_TOWNSHIP = re.compile(r"(?:乡镇|乡|镇|中心|乡镇中心)?卫生院")
_NO_LEVEL = {"无等级", "未定级", "未评级", "未评定", "未定等级", "无级别"}


@dataclass(frozen=True, slots=True)
class WrittenLevel:
    """level: a hospitals.vocabulary.Level, '' for a hospital without one.  text: 三级甲等, however it was written."""

    level: str
    text: str


def match_key(text: str) -> str:
    """What makes two texts the same to a reader: without blanks, half-width."""
    return text if text.isalnum() and text.isascii() else "".join(unicodedata.normalize("NFKC", text).split())


@lru_cache(maxsize=1024)
def read_level(text: str) -> WrittenLevel:
    """三级甲等, 三甲, 三级（乙）, 二级, 乡镇卫生院, 02, 3A …  Raises ValueError, in Chinese, for anything else."""
    word = re.sub(r"[\s()【】\[\]]", "", unicodedata.normalize("NFKC", text)).upper()
    if word in ("3A", "3B"):
        word = {"3A": "三级甲等", "3B": "三级乙等"}[word]
    elif word.isdigit() and len(word) == 1:
        raise ValueError("一位数字可能是级别，也可能是丢了零的国家编码，请写成“三级”这样的文字")
    word = NATIONAL_LEVELS.get(word, word)
    if word in _NO_LEVEL:
        return WrittenLevel("", "无等级")
    if _TOWNSHIP.fullmatch(word):
        return WrittenLevel(Level.TOWNSHIP, Level.TOWNSHIP.label)
    match = _LEVEL.fullmatch(word)
    if not match:
        raise ValueError("不认识的医院级别")
    number, grade = _DIGITS.get(match[1], match[1]), match[2] or match[3] or ""
    graded = {"三甲": Level.THREE_A, "三乙": Level.THREE_B}
    level = graded.get(number + grade) or {"一": Level.ONE, "二": Level.TWO, "三": Level.THREE}[number]
    return WrittenLevel(level, f"{number}级{grade}等" if grade else f"{number}级")


SERVICE_WORDS = {
    "住院": Service.INPATIENT,
    "普通住院": Service.INPATIENT,
    "门诊": Service.OUTPATIENT,
    "普通门诊": Service.OUTPATIENT,
    "门诊统筹": Service.OUTPATIENT,
    "普通门诊统筹": Service.OUTPATIENT,
    "门诊慢特病": Service.CHRONIC,
    "门诊慢性病": Service.CHRONIC,
    "门诊慢病": Service.CHRONIC,
    "门诊慢特": Service.CHRONIC,
    "门慢特": Service.CHRONIC,
    "门慢": Service.CHRONIC,
    "慢特病": Service.CHRONIC,
    "慢性病": Service.CHRONIC,
    "慢病": Service.CHRONIC,
}
_SCOPE_WORDS = re.compile(r"跨省|省内跨市|省内|跨市")
_FILLING = re.compile(r"[()\[\]【】]|异地|就医|医疗|费用|联网|直接|结算|业务|服务")
_SEPARATORS = re.compile(r"[、,;/|+和及与\s]+")


@lru_cache(maxsize=1024)
def read_services(text: str, scope_text: str, default: Scope) -> frozenset[tuple[Service, Scope]]:
    """住院、门诊慢特病（跨省） as (service, scope) pairs; where no scope is named, `default`.

    Raises ValueError, in Chinese, naming the word that is not known.
    """
    around = _scopes_in(scope_text)
    if scope_text and not around:
        raise ValueError(f"不认识的开通范围“{scope_text}”")
    opened = set()
    for word in _SEPARATORS.split(unicodedata.normalize("NFKC", text)):
        service = SERVICE_WORDS.get(_FILLING.sub("", _SCOPE_WORDS.sub("", word)))
        if service is None and word:
            raise ValueError(f"不认识的业务“{word}”")
        opened |= {(service, scope) for scope in _scopes_in(word) or around or {default} if service}
    return frozenset(opened)


def _scopes_in(text: str) -> set[Scope]:
    return {Scope.CROSS_PROVINCE if word == "跨省" else Scope.IN_PROVINCE for word in _SCOPE_WORDS.findall(text)}


def services_text(opened: Iterable[tuple[str, str]]) -> str:
    """(service, scope) pairs as the directory prints them: 住院（跨省）、普通门诊（省内跨市）."""
    pairs = set(opened)
    order = [(service, scope) for service in Service for scope in Scope]
    return "、".join(f"{service.label}（{scope.label}）" for service, scope in order if (service, scope) in pairs)
