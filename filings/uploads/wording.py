"""What the codes in an upload say, in words; a code without a table stands alone."""

from collections.abc import Iterable, Mapping
from typing import Any

from filings.identity import IdType, Sex
from filings.platform.codes import INSUTYPE, OUT_FIL_TYPE_NAMES, PSN_TYPE
from filings.platform.message_ids import agency_code
from filings.vocabulary import Channel, Relation
from hospitals.models import Area
from hospitals.vocabulary import Term

AREAS = frozenset({"insu_admdvs", "poolarea_no", "rloc_admdvs"})
AGENCY = "optins_no"


def _of(terms: type[Term]) -> dict[str, str]:
    return {term.value: term.label for term in terms}


def _coded(codes: Mapping[Any, str]) -> dict[str, str]:
    return {code: term.label for term, code in codes.items()}


WORDS: dict[str, Mapping[str, str]] = {
    "psn_cert_type": _of(IdType),
    "agnter_cert_type": _of(IdType),
    "agnter_rlts": _of(Relation),
    "gend": _of(Sex),
    "dcla_souc": _of(Channel),
    "insutype": _coded(INSUTYPE),
    "psn_type": _coded(PSN_TYPE),
    "rloc_coty_type": {"2": "省内", "3": "省外"},
    "rloc_rea": OUT_FIL_TYPE_NAMES,
    "vali_flag": {"1": "有效", "0": "无效"},
}


def words_in(*told: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """By field and code, of everything that is told; one statement for the areas."""
    pairs = {(name, value) for body in told for name, value in body.items() if value}
    return _tabled(pairs) | _places(pairs)


def _tabled(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    found = {(name, value): WORDS.get(name, {}).get(value) for name, value in pairs}
    return {pair: words for pair, words in found.items() if words}


def _places(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Areas by their code, agencies by that of their area."""
    codes = {pair: pair[1] if pair[0] in AREAS else pair[1][1:7] for pair in pairs if pair[0] in AREAS | {AGENCY}}
    names = dict(Area.objects.filter(pk__in=set(codes.values())).values_list("pk", "name"))
    found = {}
    for (name, value), code in codes.items():
        if code in names and (name in AREAS or value == agency_code(code)):
            found[name, value] = names[code] if name in AREAS else f"{names[code]}经办机构"
    return found
