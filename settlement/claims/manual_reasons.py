"""Why a stay was not settled directly: the reason that is given, against what the portal knows."""

import datetime as dt
from collections.abc import Callable, Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from filings.coverage import covering_filing, scope_of
from filings.models import Filing, FilingPolicy, InsuredPerson
from filings.vocabulary import Matter, Occasion, Scheme
from hospitals.models import NetworkedService
from hospitals.periods import add_months
from hospitals.reasons import Reason
from hospitals.vocabulary import Scope, Service
from settlement.claims.entry import StayEntry
from settlement.claims.lifecycle import OVER
from settlement.models import Claim, ClaimPolicy, Ticket
from settlement.vocabulary import ManualReason, TicketStatus


def reason_fault(claim: Claim) -> list[Reason]:
    """What the reason may not be entered without.  `code` is the field's name.  claim: with the entry filled in."""
    if claim.ticket_id or claim.manual_reason == ManualReason.SYSTEM_FAILURE:
        return ticket_faults(claim)
    if claim.manual_reason != ManualReason.FILED_AFTER_PAYING:
        return []
    filing = covering_filing(claim.person, claim.treatment_area, claim.admitted_on)
    if filing is None:
        text = _("没有覆盖此次住院的备案；自费结算后补办备案的，先补办备案")
    elif _is_late(filing, claim.discharged_on):
        return []
    else:
        text = _("备案 %(number)s 于 %(day)s 办理，不晚于出院，也未注明已自费结算，不属于自费结算后补办") % {
            "number": filing.number,
            "day": filing.filed_on,
        }
    return [Reason("manual_reason", text, _cited(claim.person, claim.admitted_on, Matter.LATE_FILING))]


def ticket_faults(claim: Claim) -> list[Reason]:
    """A failed system is proven by its ticket (WF-18); one from before there were tickets, by what was written then.

    Holds the ticket until the transaction ends, so that it makes one living claim, and is not opened again meanwhile.
    """
    if claim.ticket_id is None:
        if claim.pk and claim.reason_reference:
            return []
        return [Reason("ticket", _("系统或凭证故障须有转手工报销的故障工单，请填写工单号"))]
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=claim.ticket_id)
    other = Claim.objects.filter(ticket=ticket).exclude(pk=claim.pk).exclude(status__in=OVER).first()
    by_failure = claim.manual_reason == ManualReason.SYSTEM_FAILURE
    if ticket.person_id != claim.person_id:
        text = _("工单 %s 不是此参保人的")
    elif ticket.status != TicketStatus.MANUAL:
        text = _("工单 %s 没有转手工报销，不能作为报销原因")
    elif by_failure and ticket.manual_reason != ManualReason.SYSTEM_FAILURE:
        text = _("工单 %s 查明的不是系统或凭证故障，请按工单选择原因")
    elif other:
        text = _("工单 %(ticket)s 已有报销件 %(claim)s") % {"ticket": ticket.number, "claim": other.number}
        return [Reason("ticket", text)]
    else:
        return []
    return [Reason("ticket", text % ticket.number)]


def reason_notes(person: InsuredPerson, stay: StayEntry, reason: ManualReason | None, note: str = "") -> list[Reason]:
    """What speaks against the reason, for the eye; nothing is refused for it.  Reads only.

    Someone who is settled at home by their insurance is told of it under any reason.
    """
    at_home = settled_at_home(person, stay.admitted_on)
    notes = list(NOTES[reason](person, stay)) if reason in NOTES else []
    if reason is ManualReason.OTHER and not note.strip():
        notes.append(Reason("reason_unsaid", _("原因为“其他”的，请在备注中写明")))
    if at_home and reason is not ManualReason.WAITING_PERIOD:
        text = _("建议选择“%(reason)s”：%(why)s") % {"reason": ManualReason.WAITING_PERIOD.label, "why": at_home.text}
        notes.append(Reason("reason_suggested", text, at_home.source))
    return notes


def settled_at_home(person: InsuredPerson, day: dt.date) -> Reason | None:
    """Why the home agency and not the hospital settles for this person on a day (YT-15); None where nothing says so."""
    policy = ClaimPolicy.objects.in_force(person.area_id, day)
    insured = person.participation_on(day)
    if policy is None or not policy.settled_at_home or insured is None:
        return None
    source = f"《{policy.document}》{policy.settled_at_home}"
    if insured.scheme == Scheme.RESIDENT:
        if insured.waiting_until is None or insured.waiting_until < day:
            return None
        text = _("居民处于待遇等待期（至 %s），由参保地经办机构结算") % insured.waiting_until
        return Reason("in_waiting_period", text, source)
    months, since = policy.newly_insured_months, insured.continuous_since
    if months is None or since is None or add_months(since, months) <= day:
        return None
    text = _("新参保职工连续缴费不满%(months)d个月（自 %(since)s 起），由参保地经办机构结算")
    return Reason("newly_insured", text % {"months": months, "since": since}, source)


def _not_networked(person: InsuredPerson, stay: StayEntry) -> Iterator[Reason]:
    hospital = stay.hospital
    if hospital is None or (hospital.withdrawn_on and hospital.withdrawn_on <= stay.discharged_on):
        return
    if _opened(person, stay, stay.service):
        yield _open_note(person, stay, stay.service)
    else:
        yield Reason(
            "networked",
            _("%(hospital)s在联网医院目录中，但%(service)s没有开通，原因宜为“%(reason)s”")
            % {
                "hospital": hospital.name,
                "service": stay.service.label,
                "reason": ManualReason.NOT_OPENED.label,
            },
        )


def _not_opened(person: InsuredPerson, stay: StayEntry) -> Iterator[Reason]:
    if stay.hospital is None:
        text = _("联网医院目录中没有%(hospital)s，原因宜为“%(reason)s”")
        given = {"hospital": stay.hospital_name, "reason": ManualReason.NOT_NETWORKED.label}
        yield Reason("not_networked", text % given)
    elif _opened(person, stay, stay.service):
        yield _open_note(person, stay, stay.service)


def _system_failure(person: InsuredPerson, stay: StayEntry) -> Iterator[Reason]:
    if not _opened(person, stay, stay.service):
        text = _("目录中%s没有开通直接结算，与系统故障不符，请核实原因")
        yield Reason("not_opened", text % stay.hospital_name)


def _waiting_period(person: InsuredPerson, stay: StayEntry) -> Iterator[Reason]:
    if settled_at_home(person, stay.admitted_on):
        return
    insured, day = person.participation_on(stay.admitted_on), stay.admitted_on
    if insured and insured.scheme == Scheme.EMPLOYEE and insured.continuous_since is None:
        yield Reason("continuity_unknown", _("参保信息没有登记连续缴费起始日期，请核实是否为新参保职工"))
    elif not (insured and insured.waiting_until and insured.waiting_until >= day):
        yield Reason("not_waiting", _("按参保信息，%s 不是新参保职工，也不在待遇等待期，请核实") % day)


def _maternity(person: InsuredPerson, stay: StayEntry) -> Iterator[Reason]:
    if scope_of(person.area_id, stay.treatment_area) is not Scope.IN_PROVINCE:
        return
    rules = FilingPolicy.objects.rules_on(person.area_id, stay.admitted_on)
    found = (
        rule
        for rule in (rules.rules if rules else ())
        if rule.occasion is Occasion.MATERNITY and rule.scope is Scope.IN_PROVINCE
    )
    rule = next(found, None)
    text = _("就医地在省内，不是省外生育") + (f"：{rule.text}" if rule else "")
    yield Reason("maternity_in_province", text, rules.cite(rule.section) if rules and rule else "")


def _chronic(person: InsuredPerson, stay: StayEntry) -> Iterator[Reason]:
    source = _cited(person, stay.admitted_on, Matter.CHRONIC_NOT_OPENED)
    if stay.service is not Service.CHRONIC:
        text = _("所填服务为%s，不是门诊慢特病，请核实") % stay.service.label
        yield Reason("not_chronic", text, source)
    elif _opened(person, stay, Service.CHRONIC):
        yield _open_note(person, stay, Service.CHRONIC, source)


NOTES: dict[ManualReason | None, Callable[[InsuredPerson, StayEntry], Iterator[Reason]]] = {
    ManualReason.NOT_NETWORKED: _not_networked,
    ManualReason.NOT_OPENED: _not_opened,
    ManualReason.SYSTEM_FAILURE: _system_failure,
    ManualReason.WAITING_PERIOD: _waiting_period,
    ManualReason.MATERNITY: _maternity,
    ManualReason.CHRONIC_NOT_OPENED: _chronic,
}


def _opened(person: InsuredPerson, stay: StayEntry, service: Service) -> bool:
    """Whether the hospital had opened the service at discharge, for people from there."""
    day, hospital = stay.discharged_on, stay.hospital
    if hospital is None or (hospital.withdrawn_on and hospital.withdrawn_on <= day):
        return False
    return NetworkedService.objects.filter(
        Q(closed_on=None) | Q(closed_on__gte=day),
        hospital=hospital,
        service=service,
        scope=scope_of(person.area_id, stay.treatment_area),
        opened_on__lte=day,
    ).exists()


def _open_note(person: InsuredPerson, stay: StayEntry, service: Service, source: str = "") -> Reason:
    text = _("目录中%(hospital)s已开通%(scope)s%(service)s直接结算，请核实未能直接结算的原因")
    given = {
        "hospital": stay.hospital_name,
        "scope": scope_of(person.area_id, stay.treatment_area).label,
        "service": service.label,
    }
    return Reason("opened", text % given, source)


def _is_late(filing: Filing, discharged_on: dt.date) -> bool:
    return filing.discharge_settled or filing.filed_on > discharged_on


def _cited(person: InsuredPerson, day: dt.date, matter: Matter) -> str:
    rules = FilingPolicy.objects.rules_on(person.area_id, day)
    return rules.cite_matter(matter) if rules else ""
