"""Settlements are posted and reversed: the row, its entries in the year's ledger, what is left to be paid later.

Whoever posts holds the person's year (`hold_year`) from before the year was read until the transaction ends.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from filings.models import Filing, InsuredPerson
from filings.vocabulary import Category, Scheme
from hospitals.access import Right, reach_of
from hospitals.compiled import CompiledInsert
from hospitals.constraints import refused_by_constraints
from hospitals.models import Area, Hospital
from hospitals.reasons import Refused
from hospitals.vocabulary import Service
from settlement.accounts.bookkeeping import COLUMN_OF, NEGATED, OF_SETLINFO
from settlement.accounts.year import hold_year
from settlement.calculation import Result, SettlementInfo, Stay
from settlement.calculation.money import NIL
from settlement.models import AccountEntry, Calculation, Claim, FollowUpDue, Settlement, YearAccount
from settlement.recoupments.following import after_reversal
from settlement.vocabulary import BASIC_FUND, FUND_OF_COMPONENT, ComputedBy, EntryKind, Fund

LONGEST_REASON = 300
_POSTED, _ENTERED = CompiledInsert(Settlement), CompiledInsert(AccountEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class StayRecord:
    """What is kept of a settled stay beside what was calculated.  claim: of a stay settled by hand.

    platform_setl_id: of a stay that the platform has calculated; own_calculation: ours then, where there is one.
    """

    person: InsuredPerson
    category: Category
    treatment_area: Area
    hospital_name: str
    filing: Filing | None = None
    hospital: Hospital | None = None
    diagnosis: str = ""
    claim: Claim | None = None
    receipts: tuple[str, ...] = ()
    platform_setl_id: str = ""
    own_calculation: Calculation | None = None


def post(
    *, by: User, on: dt.date, record: StayRecord, stay: Stay, result: Result, calculation: Calculation
) -> Settlement:
    """Write a calculated stay into the books.  stay: with the year's state that it was calculated on."""
    info = result.setlinfo
    assert info is not None  # noqa: S101 - it has been calculated
    settlement = Settlement(
        area=record.person.area,
        person=record.person,
        way=stay.basis,
        claim=record.claim,
        filing=record.filing,
        year=stay.admitted_on.year,
        scheme=stay.scheme,
        employment=stay.employment or "",
        hardship=stay.hardship or "",
        is_civil_servant=stay.civil_servant,
        category=record.category,
        tier=stay.tier,
        scope=stay.scope,
        service=stay.service,
        treatment_area=record.treatment_area,
        hospital=record.hospital,
        hospital_name=record.hospital_name,
        hospital_level=stay.level,
        admitted_on=stay.admitted_on,
        discharged_on=stay.discharged_on,
        diagnosis=record.diagnosis,
        receipts=list(record.receipts),
        calculation=calculation,
        computed_by=ComputedBy.PLATFORM if record.platform_setl_id else ComputedBy.PORTAL,
        platform_setl_id=record.platform_setl_id,
        own_calculation=record.own_calculation,
        settled_on=on,
        made_by=by,
        eligible=stay.eligible,
        **{name: getattr(info, name) or NIL for name in OF_SETLINFO},
    )
    _POSTED.add(settlement)
    if result.follow_ups:
        FollowUpDue.objects.bulk_create(
            FollowUpDue(
                settlement=settlement,
                component=later.component,
                payer=later.payer,
                amount=later.amount,
                text=later.text,
                source=later.source,
            )
            for later in result.follow_ups
        )
    _ENTERED.add_all(list(_entries(settlement, stay, result, info)))
    return settlement


def reverse(*, by: User, settlement: Settlement, reason: str, on: dt.date, recoup: bool = True) -> Settlement:
    """Take a settlement back by a contrary one; within the caller's transaction where there is one.  What it has paid
    is to be recouped, but where the hospital that has it on account takes it back itself.

    Raises Refused where it is reversed already, or is a reversal itself.
    """
    reason = reason.strip()
    if not reason:
        raise Refused.because("reason_missing", _("冲正须填写原因"))
    if len(reason) > LONGEST_REASON:
        raise Refused.because("reason_too_long", _("理由不能超过%d字") % LONGEST_REASON)
    with transaction.atomic():
        hold_year(settlement.person, settlement.admitted_on)
        if settlement.filing_id:  # before the settlement is held, as whoever ends the filing does
            Filing.objects.select_for_update(no_key=True).get(pk=settlement.filing_id)
        if settlement.reverses_id or Settlement.objects.filter(reverses=settlement).exists():
            raise Refused.because("reversed_already", _("结算 %s 已冲正") % settlement.number)
        contrary = Settlement(
            **{
                field.attname: getattr(settlement, field.attname)
                for field in Settlement._meta.concrete_fields
                if field.name not in ("id", "made_at")
            }
        )
        contrary.reverses, contrary.reason = settlement, reason
        contrary.settled_on, contrary.made_by = on, by
        for name in NEGATED:
            setattr(contrary, name, -getattr(settlement, name))
        contrary.save(force_insert=True)
        AccountEntry.objects.bulk_create(
            AccountEntry(
                area_id=entry.area_id,
                person_id=entry.person_id,
                year=entry.year,
                fund=entry.fund,
                kind=EntryKind.REVERSED,
                service=entry.service,
                settlement=contrary,
                deductible=-entry.deductible,
                paid=-entry.paid,
                owed=-entry.owed,
                personal_eligible=-entry.personal_eligible,
                stays=-entry.stays,
                reason=reason,
                made_by=by,
            )
            for entry in settlement.entries.all()
        )
        if recoup:
            after_reversal(by=by, settlement=settlement, reason=reason, on=on)
    return contrary


def carry_in(
    *,
    by: User,
    person: InsuredPerson,
    year: int,
    fund: Fund,
    reason: str,
    service: Service = Service.INPATIENT,
    deductible: Decimal = NIL,
    paid: Decimal = NIL,
    personal_eligible: Decimal = NIL,
    stays: int = 0,
    standard: Decimal | None = None,
    seen: int | None = None,
) -> AccountEntry:
    """What the year had used before the portal, by a supervisor; contrary amounts take it back.  Raises Refused.

    Components have amounts paid alone; deductible, personal eligible and stays belong to the basic funds.
    seen: how many entries the year had when it was looked at; one written since is refused, as a form sent twice is.
    """
    if not reach_of(by).covers(Right.REVERSE_SETTLEMENTS, person.area_id):
        raise Refused.because("no_right", _("您没有“%s”的权限") % Right.REVERSE_SETTLEMENTS.label)
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise Refused.because("reason_missing", _("请填写说明，不超过%d字") % LONGEST_REASON)
    if not (deductible or paid or personal_eligible or stays) and standard is None:
        raise Refused.because("nothing_carried_in", _("请至少填写一项累计"))
    if fund not in BASIC_FUND.values() and (deductible or personal_eligible or stays or standard is not None):
        raise Refused.because("fund", _("%s只累计支付金额") % fund.label)
    with transaction.atomic(), refused_by_constraints(YearAccount):
        hold_year(person, dt.date(year, 1, 1))
        if seen is not None and AccountEntry.objects.filter(person=person, year=year).count() != seen:
            raise Refused.because("changed_meanwhile", _("%d年账户刚刚有变动，请核对后再登记") % year)
        return AccountEntry.objects.create(
            area=person.area,
            person=person,
            year=year,
            fund=fund,
            kind=EntryKind.CARRIED_IN,
            service=service,
            deductible=deductible,
            paid=paid,
            personal_eligible=personal_eligible,
            stays=stays,
            standard=standard,
            reason=reason.strip(),
            made_by=by,
        )


def _entries(settlement: Settlement, stay: Stay, result: Result, info: SettlementInfo) -> Iterator[AccountEntry]:
    """One of the basic fund; one of each component that pays or owes."""

    def entry(fund: Fund, **amounts: object) -> AccountEntry:
        return AccountEntry(
            area_id=settlement.area_id,
            person_id=settlement.person_id,
            year=settlement.year,
            fund=fund,
            kind=EntryKind.SETTLED,
            service=settlement.service,
            settlement=settlement,
            made_by=settlement.made_by,
            **amounts,
        )

    yield entry(
        BASIC_FUND[Scheme.of(stay.scheme)],
        deductible=info.act_pay_dedc,
        paid=info.hifp_pay,
        personal_eligible=info.inscp_scp_amt - info.hifp_pay,
        stays=int(stay.service is Service.INPATIENT),
        standard=result.standard,
    )
    owed = {later.component: later.amount or NIL for later in result.follow_ups}
    for component, column in COLUMN_OF.items():
        paid = getattr(info, column) or NIL
        if paid or owed.get(component):
            yield entry(FUND_OF_COMPONENT[component], paid=paid, owed=owed.get(component, NIL))
