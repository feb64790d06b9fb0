"""How exchanges, stays and differences look on pages; id numbers in a message are masked until asked for."""

import json
import re
from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from filings.identity import masked
from filings.models import InsuredPerson
from filings.panels import Panel
from filings.platform.codes import Transaction
from hospitals.access import Right, StaffRequest, reach_of
from hospitals.listing import badge
from settlement.models import Admission, Exchange, Settlement, SettlementDifference
from settlement.vocabulary import AdmissionStatus, SettlementDifferenceStatus

SHOWN = 20
LONGEST_SHOWN = 200_000  # characters of a message that a page shows
PRIVATE = re.compile(r'("(?:certno|mdtrt_cert_no|tel|agnter_certno)"\s*:\s*")([^"\\]{1,50})(")')
IN_WORDS = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
TONES = {AdmissionStatus.ADMITTED: "warn", AdmissionStatus.SETTLED: "good", AdmissionStatus.CANCELLED: ""}
DIFFERENCE_TONES = {SettlementDifferenceStatus.OPEN: "warn", SettlementDifferenceStatus.EXPLAINED: "good"}


def transaction_shown(exchange: Exchange) -> str:
    """1101 人员信息获取, and whether the interface knows no such transaction."""
    try:
        kind = Transaction.of(exchange.infno)
    except ValueError:
        return exchange.infno
    return f"{kind.value} {kind.label}" + ("（仿真）" if kind.is_modelled else "")


def outcome_badge(exchange: Exchange) -> SafeString:
    return badge("成功", "good") if exchange.infcode == 0 else badge("拒绝", "bad")


def admission_badge(admission: Admission) -> SafeString:
    return badge(admission.get_status_display(), TONES.get(AdmissionStatus.of(admission.status), ""))


def difference_badge(difference: SettlementDifference) -> SafeString:
    tone = DIFFERENCE_TONES.get(SettlementDifferenceStatus.of(difference.status), "")
    return badge(difference.get_status_display(), tone)


def message_shown(text: str, *, whole: bool) -> str:
    """A message as it was, laid out for reading.  whole: with the numbers of documents."""
    try:
        laid_out = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        laid_out = text
    if not whole:
        laid_out = PRIVATE.sub(lambda found: f"{found[1]}{masked(found[2])}{found[3]}", laid_out)
        laid_out = IN_WORDS.sub(lambda found: masked(found[0]), laid_out)
    return laid_out if len(laid_out) <= LONGEST_SHOWN else laid_out[:LONGEST_SHOWN] + "\n…"


def reasons_of(exchange: Exchange) -> list[dict[str, str]]:
    """Every reason of a refusal, as it was answered."""
    try:
        output: Any = json.loads(exchange.reply).get("output", {})
    except ValueError:
        return []
    return list(output.get("reasons", [])) if exchange.infcode else []


def marks_shown(admission: Admission) -> list[str]:
    """What the hospital has marked, in words."""
    said = (
        (admission.is_emergency, "急诊"),
        (admission.trum_flag, "外伤"),
        (admission.rel_ttp_flag, "涉及第三方"),
        (admission.has_statement, "已签《外伤无第三方责任承诺书》"),
        (admission.trum_flag and not admission.has_statement, "承诺书未签，结算暂停"),
    )
    return [words for is_marked, words in said if is_marked]


def exchange_rows(exchanges: Iterable[Exchange]) -> list[dict[str, Any]]:
    return [
        {"exchange": one, "transaction": transaction_shown(one), "outcome": outcome_badge(one)} for one in exchanges
    ]


def admissions_of_person(request: StaffRequest, person: InsuredPerson) -> Panel | None:
    """异地住院 on a person's page; nothing where the platform has told of none."""
    if person.area_id not in reach_of(request.user).areas_of(Right.SEE_CLAIMS):
        return None
    found = list(person.admissions.visible_to(request.user).order_by("-pk")[:SHOWN])
    refused = person.exchanges.visible_to(request.user).exclude(infcode=0).order_by("-pk").first()
    if not found and refused is None:
        return None
    rows = [(one, admission_badge(one)) for one in found]
    context = {"admissions": rows, "refused": exchange_rows([refused]) if refused else []}
    return Panel(section=render_to_string("gateway/person_panel.html", context), order=60)


def settlement_panel(request: StaffRequest, settlement: Settlement) -> dict[str, Any]:
    """What the platform said of a settlement, for its page."""
    exchanges = settlement.exchanges.visible_to(request.user).order_by("pk")[:SHOWN]
    difference = SettlementDifference.objects.visible_to(request.user).filter(settlement=settlement).first()
    return {
        "exchanges": exchange_rows(exchanges),
        "difference": difference,
        "difference_status": difference_badge(difference) if difference else "",
        "own": settlement.own_calculation,
    }
