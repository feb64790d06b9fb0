"""Payments for tests: batches brought to every state, files as a bank sends them back, follow-ups of settlements."""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from filings.models import InsuredPerson
from hospitals.models import Area
from hospitals.vocabulary import Role
from settlement.models import Claim, FollowUpDue, HospitalPayment, Payment, PaymentBatch, ResultImport, Settlement
from settlement.payments import batches, sending
from settlement.payments.candidates import Period
from settlement.payments.payees import Account, set_payee
from settlement.payments.results import verbs
from settlement.vocabulary import ClaimStatus, Component, Payer
from tests import factories as make
from tests.settlement.booked import booked, owed
from tests.settlement.office import Office, a_person, an_entry

ACCOUNT = "6222020000000000018"
HEADER = ("付款编号", "收款人", "银行账号", "金额", "结果", "失败原因", "银行流水号", "支付日期")


def today() -> dt.date:
    return timezone.localdate()


def second(office: Office) -> User:
    """Another person of finance; one for each office."""
    if not hasattr(office, "_second_finance"):
        office._second_finance = make.staff(Role.FINANCE, make.TIELING, make.YANTAI)  # type: ignore[attr-defined]
    return office._second_finance  # type: ignore[attr-defined, no-any-return]


def tieling() -> Area:
    return Area.objects.get(pk=make.TIELING)


def released(office: Office, count: int = 1, **entry: Any) -> list[Claim]:
    """Claims of different people, each released."""
    return [office.claim_in(ClaimStatus.RELEASED, person=a_person(), entry=an_entry(**entry)) for _ in range(count)]


def drafted(office: Office, claims: Iterable[Claim] | None = None) -> PaymentBatch:
    keys = None if claims is None else [claim.pk for claim in claims]
    return batches.make_batch(by=office.finance, area=tieling(), on=today(), claims=keys)


def confirmed(office: Office, batch: PaymentBatch) -> PaymentBatch:
    return batches.confirm(by=second(office), batch=batch, version=batch.version, acknowledged=True)


def sent(office: Office, claims: Iterable[Claim] | None = None) -> PaymentBatch:
    batch = confirmed(office, drafted(office, claims))
    return sending.send(by=office.finance, batch=batch, version=batch.version)


def line(payment: Payment | HospitalPayment, **changes: Any) -> list[str]:
    """A row of the bank's file; paid, unless it says otherwise."""
    row = {
        "付款编号": payment.number,
        "收款人": payment.payee_name,
        "银行账号": payment.payee_account,
        "金额": "" if payment.amount is None else f"{payment.amount:.2f}",
        "结果": "成功",
        "失败原因": "",
        "银行流水号": f"YH{payment.pk}",
        "支付日期": today().isoformat(),
    }
    return [str(value) for value in (row | changes).values()]


def failing(payment: Payment | HospitalPayment, why: str = "账号户名不符") -> list[str]:
    return line(payment, 结果="失败", 失败原因=why, 银行流水号="", 支付日期="")


def file_with(*lines: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *lines])
    return out.getvalue().encode("utf-8-sig")


def taken(office: Office, *lines: list[str], by: User | None = None, data: bytes | None = None) -> Any:
    """A file of results, read; not written down yet."""
    found = verbs.upload(
        of=ResultImport,
        data=file_with(*lines) if data is None else data,
        file_name="回盘.csv",
        area=tieling(),
        paid_on=None,
        on=today(),
        by=by or office.finance,
    )
    return verbs.preview(list_import=found, by=by or office.finance)


def applied(office: Office, *lines: list[str], by: User | None = None) -> Any:
    return verbs.apply(list_import=taken(office, *lines, by=by), by=by or office.finance)


def causes(found: Any) -> list[str]:
    """What is wrong with the faulty rows of a file."""
    rows = found.steps.filter(action="invalid").order_by("position")
    return [fault["text"] for row in rows for fault in row.faults]


def settled(office: Office, person: InsuredPerson | None = None, **options: Any) -> Settlement:
    """A stay settled at the hospital, as the books hold it."""
    options.setdefault("settled_on", today())
    return booked(person or a_person(), {"hifp_pay": 600}, personal=400, by=office.clerk, **options)


def due(
    office: Office,
    amount: str | None = "80.00",
    component: Component = Component.CIVIL_SERVANT,
    payer: Payer = Payer.AGENCY,
    *,
    has_account: bool = True,
    **options: Any,
) -> FollowUpDue:
    """What a direct settlement left to be paid later."""
    settlement = settled(office, later=[owed(component, payer, amount)], **options)
    if has_account:
        account = Account(settlement.person.name, "示例银行", ACCOUNT)
        set_payee(by=office.clerk, person=settlement.person, account=account, reason="本人提供社保卡")
    return settlement.follow_ups.get()


def period() -> Period:
    return Period(today() - dt.timedelta(days=30), today())


def follow_up_batch(
    office: Office, component: Component = Component.CIVIL_SERVANT, payer: Payer = Payer.AGENCY
) -> PaymentBatch:
    return batches.make_follow_up_batch(
        by=office.finance, area=tieling(), component=component, payer=payer, period=period(), on=today()
    )


def out(office: Office, batch: PaymentBatch) -> PaymentBatch:
    """Confirmed and sent."""
    batch = confirmed(office, batch)
    return sending.send(by=office.finance, batch=batch, version=batch.version)
