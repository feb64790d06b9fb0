"""Why a stay could not be settled: every check, in the documents' order, by what is known now.  Reads only."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from filings.coverage import covering_filing, scope_of
from filings.models import Filing, PlatformLine, Upload
from filings.models.upload_lifecycle import UploadStatus
from filings.platform.codes import EMERGENCIES
from filings.platform.reading import Unreadable, read_message
from filings.vocabulary import Channel
from hospitals.reasons import Reason
from hospitals.vocabulary import Service
from settlement.gateway.admission_checks import CheckName, Marks, checks_for
from settlement.models import Exchange, Ticket, TicketCheck
from settlement.tickets.contacts import contact_of
from settlement.vocabulary import Actor, Outcome

UPLOAD, PLATFORM = ("upload", "备案上报"), ("platform", "平台通信")
BASIC = (CheckName.FILING, CheckName.HOSPITAL, CheckName.INSURANCE, CheckName.CARD, CheckName.MARKS)
SAID = {"1", True, "true"}

WHO = {
    CheckName.FILING.value: Actor.PERSON,
    CheckName.HOSPITAL.value: Actor.HOSPITAL,
    CheckName.REGISTRATION.value: Actor.COUNTER,
    CheckName.INSURANCE.value: Actor.PERSON,
    CheckName.CARD.value: Actor.PERSON,
    CheckName.SANCTIONS.value: Actor.HOME,
    CheckName.STAY.value: Actor.HOSPITAL,
    CheckName.CHRONIC.value: Actor.COUNTER,
    CheckName.MARKS.value: Actor.HOSPITAL,
    UPLOAD[0]: Actor.HOME,
    PLATFORM[0]: Actor.PLATFORM,
}
WHO_BY_REASON = {
    "filing_manual": Actor.COUNTER,
    "hospital_unknown": Actor.LOCAL,
    "hospital_elsewhere": Actor.LOCAL,
    "hospital_withdrawn": Actor.LOCAL,
    "in_waiting_period": Actor.COUNTER,
    "newly_insured": Actor.COUNTER,
    "person_unknown": Actor.COUNTER,
    "upload_waiting": Actor.PLATFORM,
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What one check came to.  actor: who acts next, None where nothing is to be done for it."""

    code: str
    label: str
    outcome: Outcome
    reasons: tuple[Reason, ...]

    @property
    def actor(self) -> Actor | None:
        if self.outcome is Outcome.PASSED:
            return None
        by_reason = (WHO_BY_REASON[reason.code] for reason in self.reasons if reason.code in WHO_BY_REASON)
        return next(by_reason, WHO[self.code])


def look(ticket: Ticket) -> list[Looked]:
    """Every check in order: filing, hospital and service, insurance, card, marks, upload, platform."""
    return [*_of_the_stay(ticket), _upload(ticket), _platform(ticket)]


def next_actor(found: list[Looked]) -> Actor:
    """Who acts on the first that failed.  Where none did, the hospital asks the agency of its area (JN-05)."""
    failed = (one.actor for one in found if one.outcome is Outcome.FAILED and one.actor)
    unknown = (one.actor for one in found if one.outcome is Outcome.UNKNOWN and _stops(one) and one.actor)
    return next(failed, None) or next(unknown, None) or Actor.HOSPITAL


def keep(ticket: Ticket, found: list[Looked], *, by: Any, at: dt.datetime) -> None:
    """Write a run down, beside the earlier ones.  The ticket is its caller's to save."""
    ticket.run += 1
    contacts = {one.actor: contact_of(ticket, one.actor) for one in found if one.actor}
    TicketCheck.objects.bulk_create(
        TicketCheck(
            ticket=ticket,
            run=ticket.run,
            position=position,
            code=one.code,
            label=one.label,
            outcome=one.outcome,
            reasons=[reason.as_dict() for reason in one.reasons],
            actor=one.actor or "",
            call_name=contacts[one.actor].name if one.actor else "",
            call_phone=contacts[one.actor].phone if one.actor else "",
            made_by=by,
            made_at=at,
        )
        for position, one in enumerate(found, start=1)
    )


def marks_of(ticket: Ticket) -> Marks:
    return Marks(
        emergency=ticket.is_emergency,
        trum_flag=ticket.trum_flag,
        rel_ttp_flag=ticket.rel_ttp_flag,
        has_statement=ticket.has_statement,
        disease=ticket.disease,
    )


def told_of(exchange: Exchange) -> dict[str, Any]:
    """What the hospital said of the stay in its message; nothing where it cannot be read."""
    try:
        body = read_message(str(exchange.request).encode()).get("input")
    except Unreadable:
        return {}
    parts = [part for part in body.values() if isinstance(part, dict)] if isinstance(body, dict) else []
    return {key: value for part in parts for key, value in part.items()}


def is_said(told: dict[str, Any], *names: str) -> bool:
    return any(told.get(name) in SAID for name in names if not isinstance(told.get(name), (dict, list)))


def said_emergency(exchange: Exchange) -> bool:
    """Whether the hospital marked an emergency, by its message or the stay that it belongs to."""
    if exchange.admission is not None:
        return exchange.admission.is_emergency
    told = told_of(exchange)
    return is_said(told, "er_flag", "otp_er_refl_flag") or told.get("med_type") in EMERGENCIES


def _stops(one: Looked) -> bool:
    return any(reason.code in ("person_unknown", "place_unknown") for reason in one.reasons)


def _of_the_stay(ticket: Ticket) -> Iterator[Looked]:
    missing = _missing(ticket)
    if missing or ticket.person is None or ticket.treatment_area is None:
        yield from (Looked(name.value, name.label, Outcome.UNKNOWN, missing) for name in BASIC)
        return
    found = checks_for(
        person=ticket.person,
        place=ticket.treatment_area,
        service=Service.of(ticket.service),
        day=ticket.event_on,
        hospital=ticket.hospital,
        hospital_name=ticket.hospital_name,
        marks=marks_of(ticket),
        admission=ticket.exchange.admission if ticket.exchange else None,
    )
    for check in found:
        outcome = Outcome.PASSED if check.passed else Outcome.FAILED
        looked = Looked(check.name.value, check.name.label, outcome, check.reasons)
        if check.name is CheckName.MARKS and check.passed and ticket.is_emergency:
            source = next((reason.source for reason in found[0].reasons if reason.source), "")
            looked = _emergency(ticket, source)
        yield looked


def _missing(ticket: Ticket) -> tuple[Reason, ...]:
    if ticket.person is None:
        return (Reason("person_unknown", _("没有登记参保人，不能检查；请核实身份后更正工单")),)
    if ticket.treatment_area is None:
        return (Reason("place_unknown", _("没有登记就医地，不能检查；请更正工单")),)
    return ()


def _emergency(ticket: Ticket, source: str) -> Looked:
    """An emergency counts as filed only where the hospital has uploaded its mark."""
    name = CheckName.MARKS
    if ticket.exchange is None:
        text = _("急诊须由医院上传急诊标志；没有医院的报文，请医院核对")
        return Looked(name.value, name.label, Outcome.UNKNOWN, (Reason("emergency_unseen", text, source),))
    if not said_emergency(ticket.exchange):
        text = _("反映为急诊，医院上传的报文没有急诊标志，请医院补传急诊标志后重新办理")
        return Looked(name.value, name.label, Outcome.FAILED, (Reason("emergency_missing", text, source),))
    text = _("医院已上传急诊标志")
    return Looked(name.value, name.label, Outcome.PASSED, (Reason("emergency_marked", text, source),))


def filing_of(ticket: Ticket) -> Filing | None:
    if ticket.person is None or ticket.treatment_area is None:
        return None
    return covering_filing(ticket.person, ticket.treatment_area, ticket.event_on)


def _upload(ticket: Ticket) -> Looked:
    """What the outbox says of the filing: the newest upload counts."""
    filing = filing_of(ticket)
    if filing is None:
        if missing := _missing(ticket):
            return Looked(*UPLOAD, Outcome.UNKNOWN, missing)
        return _nothing_to_upload(_("没有覆盖此次就医的备案，没有须上报的"))
    if filing.channel == Channel.AUTOMATIC:
        return _nothing_to_upload(_("备案由入院时自动产生，平台已知，不须上报"))
    upload = Upload.objects.filter(filing=filing, registration=None).order_by("-pk").first()
    if upload is None:
        text = _("备案 {number} 没有上报记录").format(number=filing.number)
        return Looked(*UPLOAD, Outcome.UNKNOWN, (Reason("upload_unknown", text),))
    given = {"number": filing.number, "platform": upload.get_platform_display(), "upload": upload.number}
    status = UploadStatus.of(upload.status)
    if status is UploadStatus.ACKNOWLEDGED:
        text = _("备案 {number} 已上报{platform}（{upload}）").format(**given)
        return Looked(*UPLOAD, Outcome.PASSED, (Reason("upload_acknowledged", text),))
    if status is UploadStatus.WAITING:
        text = _("备案 {number} 已办理，{platform}尚未受理（{upload}）").format(**given)
    else:
        text = _("备案 {number} 上报{platform}被拒（{upload}）").format(**given)
    if upload.last_problem:
        text += _("：{words}").format(words=upload.last_problem)
    return Looked(*UPLOAD, Outcome.FAILED, (Reason(f"upload_{status.value}", text),))


def _nothing_to_upload(text: str) -> Looked:
    return Looked(*UPLOAD, Outcome.PASSED, (Reason("nothing_to_upload", text),))


def _platform(ticket: Ticket) -> Looked:
    """Whether the line stands, and how the other messages from there fared that day."""
    if ticket.treatment_area is not None:
        line = PlatformLine.objects.filter(platform=scope_of(ticket.area_id, ticket.treatment_area)).first()
        if line and line.down_since:
            text = _("{platform}自 {since} 起中断：{problem}").format(
                platform=line,
                since=f"{timezone.localtime(line.down_since):%Y-%m-%d %H:%M}",
                problem=line.problem or _("原因不明"),
            )
            return Looked(*PLATFORM, Outcome.FAILED, (Reason("platform_down", text),))
    day = timezone.localdate(ticket.failed_at) if ticket.failed_at else ticket.event_on
    begin = timezone.make_aware(dt.datetime.combine(day, dt.time.min))
    rows = Exchange.objects.filter(area=ticket.area_id, received_at__range=(begin, begin + dt.timedelta(days=1)))
    if ticket.treatment_area_id:
        rows = rows.filter(treatment_area=ticket.treatment_area_id)
    answers = list(rows.exclude(pk=ticket.exchange_id or 0).values_list("infcode", flat=True)[:1000])
    refused = sum(code != 0 for code in answers)
    if not answers:
        text = _("{day} 没有收到就医地的其他报文").format(day=day)
        return Looked(*PLATFORM, Outcome.UNKNOWN, (Reason("platform_silent", text),))
    given = {"day": day, "count": len(answers), "refused": refused}
    if refused == len(answers):
        text = _("{day} 收到就医地的其他报文 {count} 笔，均未办成").format(**given)
        return Looked(*PLATFORM, Outcome.FAILED, (Reason("platform_failing", text),))
    text = _("{day} 收到就医地的其他报文 {count} 笔，其中 {refused} 笔未办成").format(**given)
    return Looked(*PLATFORM, Outcome.PASSED, (Reason("platform_answers", text),))
