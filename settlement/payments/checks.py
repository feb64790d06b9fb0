"""What is checked of each payee before a batch goes out: what cannot go, and what a second person has to vouch for."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from stdnum import luhn

from filings.identity import masked
from hospitals.reasons import Reason
from settlement.models import Finding, PaymentBatch
from settlement.vocabulary import PaymentStatus

ACCOUNT = re.compile(r"[0-9]{8,30}")
CARD_DIGITS = range(16, 20)


class Paid(NamedTuple):
    """What is looked at of a payment."""

    pk: int
    position: int
    name: str
    bank: str
    account: str
    amount: object
    person: int
    insured: str
    proof: str | None


COLUMNS = (
    *("pk", "position", "payee_name", "payee_bank", "payee_account", "amount"),
    *("person_id", "person__name", "payee__proof"),
)


def faults_of(batch: PaymentBatch) -> list[Reason]:
    """What keeps the batch from going out at all."""
    return [*held_in(batch), *(reason for row in _rows(batch) for reason in _faults(row, batch.is_insurers))]


def held_in(batch: PaymentBatch) -> list[Reason]:
    """The claims of the batch that look like another case, until a reviewer has cleared it."""
    there = batch.payments.exclude(status=PaymentStatus.VOID)
    findings = Finding.objects.holding().filter(claim__in=there.values("claim")).select_related("claim", "person")
    text = _("%(name)s 的报销件 %(claim)s 有疑点 %(finding)s（%(state)s），须先撤出")
    return [
        Reason(
            "held",
            text
            % {
                "name": finding.person.name,
                "claim": finding.claim.number,
                "finding": finding.number,
                "state": finding.get_status_display(),
            },
        )
        for finding in findings.order_by("pk")
    ]


class Warned(NamedTuple):
    """A warning, and the key of the payment that it is of."""

    payment: int
    reason: Reason


def warnings_of(batch: PaymentBatch) -> list[Warned]:
    """What the second person has to look into and vouch for; in the order of the payments."""
    if batch.is_insurers:
        return []
    rows = list(_rows(batch))
    owners: dict[str, dict[int, str]] = defaultdict(dict)
    for row in rows:
        owners[row.account][row.person] = row.insured
    return [Warned(row.pk, reason) for row in rows for reason in _warnings(row, owners[row.account])]


def _rows(batch: PaymentBatch) -> Iterator[Paid]:
    rows = batch.payments.exclude(status=PaymentStatus.VOID).order_by("position")
    return (Paid(*row) for row in rows.values_list(*COLUMNS))


def _faults(row: Paid, by_insurer: bool) -> Iterator[Reason]:
    place = _("第 %(position)d 笔 %(name)s：") % {"position": row.position, "name": row.name or row.insured}
    if not row.name.strip():
        yield Reason("no_name", place + _("没有收款人"))
    if by_insurer:
        return
    if row.amount is None:
        yield Reason("no_amount", place + _("金额未配置，须核定"))
    if not row.bank.strip():
        yield Reason("no_bank", place + _("没有开户银行"))
    if not ACCOUNT.fullmatch(row.account):
        yield Reason("bad_account", place + _("银行账号应为8至30位数字"))


def _warnings(row: Paid, owners: dict[int, str]) -> Iterator[Reason]:
    place = _("第 %(position)d 笔 %(name)s：") % {"position": row.position, "name": row.name}
    if row.name != row.insured:
        proof = _("代领证明：%s") % row.proof if row.proof else _("没有登记代领证明")
        text = _("收款人不是参保人 %(insured)s，%(proof)s") % {"insured": row.insured, "proof": proof}
        yield Reason("other_payee", place + text)
    if len(row.account) in CARD_DIGITS and not luhn.is_valid(row.account):
        yield Reason("check_digit", place + _("账号 %s 的银行卡校验位不符") % masked(row.account))
    others = "、".join([name for person, name in owners.items() if person != row.person][:5])
    if others:
        text = _("账号 %(account)s 同时用于 %(others)s") % {"account": masked(row.account), "others": others}
        yield Reason("shared_account", place + text)
