"""Demo recoupments: of a commitment that was not kept, and one of a review that is paid in instalments."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.utils import timezone

from filings import cards, desk, lapsing, register
from filings.application import Application
from filings.identity import made_up_number
from filings.models import Commitment, Filing, InsuredPerson
from filings.vocabulary import Category, Employment, Scheme
from hospitals.access import portal_account
from hospitals.models import Area
from hospitals.periods import add_months
from hospitals.vocabulary import Level
from settlement.claims.entry import StayEntry
from settlement.direct_settlement import settle_directly
from settlement.models import Claim, Recoupment
from settlement.recoupments.amounts import even_plan
from settlement.recoupments.collecting import receive, remind, set_instalments
from settlement.recoupments.proposing import confirm, propose
from settlement.vocabulary import ClaimStatus, Fund, ReminderWay

NAMESPACE = UUID("8f1d3c2e-7f0a-4a57-8a44-1f1f5c2f7d11")
TIELING, BEIJING = "211200", "110000"
NAME, SERIAL, BORN = "许国强", 29, "1968-02-09"
DUE = Decimal("3000.00")


def load(users: Mapping[str, User]) -> str:
    """Let a commitment lapse over a stay settled directly, and ask back part of a paid claim, once.

    users: the demo accounts by name.  After the demo claims.  What there is, in one line.
    """
    today = timezone.localdate()
    if not Filing.objects.filter(request_token=uuid5(NAMESPACE, "filing")).exists():
        _lapsed(users["clerk"], today)
    if not Recoupment.objects.filter(made_by=users["reviewer"]).exists():
        _in_instalments(users, today)
    return "示例追回 2 件"


def _lapsed(clerk: User, today: dt.date) -> None:
    """Referred without the certificate seven months ago, treated, and nothing handed in since."""
    filed_on = add_months(today, -7)
    application = Application(
        category=Category.REFERRAL,
        destination=Area.objects.get(pk=BEIJING),
        filed_on=filed_on,
        note="示例",
        commitment=True,
    )
    person = _person(clerk)
    token = uuid5(NAMESPACE, "filing")
    filing = desk.file_person(by=clerk, person=person, application=application, request_token=token)
    entry = StayEntry(
        treatment_area=application.destination,
        admitted_on=filed_on + dt.timedelta(days=3),
        discharged_on=filed_on + dt.timedelta(days=12),
        hospital_name="北京示例医院",
        hospital_level=Level.THREE,
        category=Category.REFERRAL,
        total=Decimal("31200.00"),
        eligible=Decimal("26480.35"),
    )
    portal = portal_account()
    settle_directly(by=portal, person=person, entry=entry, on=entry.discharged_on, diagnosis="示例：冠心病")
    commitment = Commitment.objects.get(filing=filing)
    lapsing.lapse(by=portal, commitment=commitment, on=today)


def _in_instalments(users: Mapping[str, User], today: dt.date) -> None:
    """A review of the paid claim: part of it in three instalments, the first of which has come."""
    claim = Claim.objects.filter(area=TIELING, status=ClaimStatus.PAID, settlement__isnull=False).earliest("pk")
    assert claim.settlement is not None  # noqa: S101 - asked for above
    reason = "示例：复核发现部分费用不属于基金支付范围"
    recoupment = propose(
        by=users["reviewer"], settlement=claim.settlement, amounts={Fund.EMPLOYEE: DUE}, reason=reason, on=today
    )
    recoupment = confirm(by=users["supervisor"], recoupment=recoupment, due_on=today, on=today)
    finance = users["finance"]
    plan = even_plan(DUE, today, 3)
    recoupment = set_instalments(by=finance, recoupment=recoupment, plan=plan, on=today)
    words: dict[str, Any] = {"how": ReminderWay.PHONE, "reminded_on": today, "note": "示例：答应按期缴纳"}
    recoupment = remind(by=finance, recoupment=recoupment, on=today, **words)
    came: dict[str, Any] = {"amount": plan[0][1], "received_on": today, "reference": "示例收据0001"}
    receive(by=finance, recoupment=recoupment, on=today, **came)


def _person(clerk: User) -> InsuredPerson:
    area = Area.objects.get(pk=TIELING)
    number = made_up_number("211202", dt.date.fromisoformat(BORN), SERIAL)
    person = register.register_person(
        by=clerk, area=area, name=NAME, id_number=number, phone="13900000000", address="示例地址"
    )
    register.add_participation(
        by=clerk,
        person=person,
        scheme=Scheme.EMPLOYEE,
        employment=Employment.ACTIVE,
        employer="示例煤矿",
        starts_on=dt.date(2010, 1, 1),
        contributions_paid_through=dt.date(2026, 12, 31),
        continuous_since=dt.date(2017, 1, 1),
    )
    cards.issue_card(by=clerk, person=person, number=f"SL{area.code}{SERIAL:04d}")
    return person
