"""Demo payments: a batch in each state, made of claims of their own, by the verbs like any other."""

import csv
import io
from collections.abc import Mapping
from uuid import uuid5

from django.contrib.auth.models import User
from django.utils import timezone

from filings.models import InsuredPerson
from hospitals.models import Area
from hospitals.vocabulary import Level
from settlement.claims.desk import accept_claim
from settlement.demo import BEIJING, NAMESPACE, SHENYANG, TIELING, Sample, entry_of, samples
from settlement.models import Claim, HospitalPayment, HospitalResultImport, Payment, PaymentBatch, ResultImport
from settlement.payments import batches, sending
from settlement.payments.results import verbs as results

CLAIMS = (
    Sample(TIELING, "陈淑芬", SHENYANG, Level.TWO, 215, "肺炎", "12600.00", "10800.00"),
    Sample(TIELING, "高桂兰", SHENYANG, Level.TWO, 230, "胆囊炎", "15300.00", "13200.00"),
    Sample(TIELING, "周海", BEIJING, Level.THREE, 245, "胃癌", "38200.00", "30150.00"),
    Sample(TIELING, "刘洋", SHENYANG, Level.TWO, 260, "骨折复查", "9900.00", "8800.00"),
    Sample(TIELING, "陈淑芬", SHENYANG, Level.TWO, 280, "支气管炎", "7600.00", "6900.00"),
    Sample(TIELING, "周海", BEIJING, Level.THREE, 295, "胃癌", "41000.00", "33400.00"),
)
HEADER = ("付款编号", "收款人", "银行账号", "金额", "结果", "失败原因", "银行流水号", "支付日期")
FIRST_PLACE = 101  # beyond the demo claims, whose receipts are numbered by their place


def load(users: Mapping[str, User]) -> str:
    """Make the batches once; after the demo claims.  users: the demo accounts by name.  What there is, in one line."""
    if not PaymentBatch.objects.exists():
        finance, deputy = users["finance"], users["finance-deputy"]
        claims = [_released(sample, place, users) for place, sample in enumerate(CLAIMS, FIRST_PLACE)]
        _void(claims[4:], finance)
        _answer(_sent(claims[:2], finance, deputy), finance)
        _sent(claims[2:3], finance, deputy)
        _confirmed(claims[3:4], finance, deputy)
        _draft(claims[4:], finance)
    return f"示例拨付批次 {PaymentBatch.objects.count()} 个"


def _released(sample: Sample, place: int, users: Mapping[str, User]) -> Claim:
    today = timezone.localdate()
    released = samples(today)[0].steps[:-1]  # those of the demo claim that is paid, but for the payment
    person = InsuredPerson.objects.filter(area=sample.area, name=sample.name).earliest("pk")
    claim = accept_claim(
        by=users["clerk"],
        on=today,
        person=person,
        hall=None,
        entry=entry_of(sample, place, today),
        request_token=uuid5(NAMESPACE, f"claim {place}"),
    )
    for account, step in released:
        claim = step(by=users[account], claim=claim, version=claim.version)
    return claim


def _draft(claims: list[Claim], finance: User) -> PaymentBatch:
    area = Area.objects.get(pk=TIELING)
    return batches.make_batch(by=finance, area=area, on=timezone.localdate(), claims=[claim.pk for claim in claims])


def _void(claims: list[Claim], finance: User) -> None:
    batch = _draft(claims, finance)
    batches.void(by=finance, batch=batch, version=batch.version, reason="示例：期末调整，重新编制")


def _confirmed(claims: list[Claim], finance: User, deputy: User) -> PaymentBatch:
    batch = _draft(claims, finance)
    return batches.confirm(by=deputy, batch=batch, version=batch.version, acknowledged=True)


def _sent(claims: list[Claim], finance: User, deputy: User) -> PaymentBatch:
    batch = _confirmed(claims, finance, deputy)
    return sending.send(by=finance, batch=batch, version=batch.version)


def _answer(batch: PaymentBatch, finance: User) -> None:
    """The bank has paid the first and could not pay the second."""
    paid, failed = batch.payments.order_by("position")
    rows = [
        [*_named(paid), "成功", "", "示例流水0002", timezone.localdate().isoformat()],
        [*_named(failed), "失败", "账号户名不符", "", ""],
    ]
    _take_in(ResultImport, batch.area, rows, finance)


def fail(payment: HospitalPayment, finance: User) -> None:
    """The bank could not pay a hospital."""
    rows = [[*_named(payment), "失败", "示例：收款账户已销户", "", ""]]
    _take_in(HospitalResultImport, payment.area, rows, finance)


def _named(payment: Payment | HospitalPayment) -> tuple[str, ...]:
    return (payment.number, payment.payee_name, payment.payee_account, f"{payment.amount:.2f}")


def _take_in(of: type[ResultImport | HospitalResultImport], area: Area, rows: list[list[str]], finance: User) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *rows])
    found = results.upload(
        of=of,
        data=out.getvalue().encode("utf-8-sig"),
        file_name="示例回盘.csv",
        area=area,
        paid_on=None,
        on=timezone.localdate(),
        by=finance,
    )
    found = results.preview(list_import=found, by=finance)
    results.apply(list_import=found, by=finance)
