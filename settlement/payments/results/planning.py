"""What each row of a file of results comes to, by what was sent.  Plain Python: same rows, same plan."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from hospitals.sheets import Row
from hospitals.vocabulary import ListAction
from settlement.vocabulary import PaymentStatus as P

AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,2}0*)?")
PAID_WORDS = ("成功", "支付成功", "付款成功", "交易成功", "已付", "已支付", "已补偿", "已赔付", "4")
FAILED_WORDS = ("失败", "支付失败", "付款失败", "交易失败", "退票", "退回", "退汇", "不予补偿", "未补偿", "9")
NOT_PAID_AFTER_ALL = "此笔已登记为支付失败，结果却为已付，请与银行核实"
PAID_BEFORE = "此笔已登记为已付，结果却为失败；退汇请办理支付退回"
OUTCOMES = {**dict.fromkeys(PAID_WORDS, P.PAID), **dict.fromkeys(FAILED_WORDS, P.FAILED)}


@dataclass(frozen=True, slots=True)
class Known:
    """A payment as it stands.  amount: None where only the insurer will say it.

    sent_on: before which it cannot have been paid, named by `sent_word`; None before it was sent.
    """

    pk: int
    status: P
    account: str
    amount: Decimal | None
    by_insurer: bool
    sent_on: dt.date | None
    sent_word: str = "送出日期"
    paid_on: dt.date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says of a payment.  account: "" where it gives none."""

    outcome: P
    account: str = ""
    amount: Decimal | None = None
    paid_on: dt.date | None = None
    reference: str = ""
    failure: str = ""


@dataclass(slots=True)
class Planned:
    """One row's step.  said, payment: where they could be made out."""

    action: ListAction
    row: Row
    payment: int | None = None
    said: Said | None = None


def make_plan(
    rows: Iterable[Row], find: Callable[[Row], Known | None], *, on: dt.date, default_day: dt.date | None
) -> list[Planned]:
    """find: the payment that a row names.  on: the day the file came in.  default_day: of rows that give none.

    Faults are noted in the rows themselves.
    """
    seen: dict[int, Row] = {}
    return [_step(row, find(row), seen, on, default_day) for row in rows]


def verdict(known: Known, said: Said) -> tuple[ListAction, str, str]:
    """Whether a result is new, written down already, or contradicts what stands: then the column and the cause."""
    if said.account and known.account and said.account != known.account:
        return ListAction.INVALID, "account", "与送出的银行账号不一致"
    if not known.by_insurer and not said.account:
        return ListAction.INVALID, "account", "缺少银行账号，不能核对"
    if known.amount is not None and said.amount is not None and said.amount != known.amount:
        return ListAction.INVALID, "amount", f"与应付金额 {known.amount:.2f} 元不一致"
    if said.amount is None and (not known.by_insurer or (known.amount is None and said.outcome is P.PAID)):
        return ListAction.INVALID, "amount", "缺少金额，不能核对"
    if known.status is P.IN_TRANSIT:
        return _new(known, said)
    if known.status in (P.PENDING, P.VOID):
        return ListAction.INVALID, "number", "此笔没有送出，不应有结果"
    if known.status is not said.outcome:
        text = NOT_PAID_AFTER_ALL if known.status is P.FAILED else PAID_BEFORE
        return ListAction.INVALID, "outcome", text
    if known.status is P.PAID and (known.paid_on, known.reference) != (said.paid_on, said.reference):
        return ListAction.INVALID, "reference", "此笔已登记为已付，支付日期或流水号不同，请与银行核实"
    return ListAction.SAME, "", ""


def _new(known: Known, said: Said) -> tuple[ListAction, str, str]:
    if said.outcome is P.FAILED:
        return (ListAction.NEW, "", "") if said.failure else (ListAction.INVALID, "failure", "缺少失败原因")
    if said.amount is not None and said.amount <= 0:
        return ListAction.INVALID, "amount", "金额须大于零"
    if said.paid_on is None:
        return ListAction.INVALID, "paid_on", "缺少支付日期"
    if known.sent_on and said.paid_on < known.sent_on:
        return ListAction.INVALID, "paid_on", f"早于{known.sent_word} {known.sent_on}"
    if not known.by_insurer and not said.reference:
        return ListAction.INVALID, "reference", "缺少银行流水号"
    return ListAction.NEW, "", ""


def _step(row: Row, payment: Known | None, seen: dict[int, Row], on: dt.date, default_day: dt.date | None) -> Planned:
    step = Planned(ListAction.INVALID, row)
    if payment is None:
        _fault(row, "number", "没有此付款编号" if row.values["number"] else "缺少付款编号")
        return step
    step.payment = payment.pk
    earlier = seen.setdefault(payment.pk, row)
    if earlier is not row:
        _fault(row, "number", f"与第 {earlier.number} 行是同一笔付款")
    step.said = _said(row, payment, default_day)
    if step.said and step.said.paid_on and step.said.paid_on > on:
        _fault(row, "paid_on", "晚于收到结果的日期")
    if step.said is None or row.faults:
        return step
    action, column, text = verdict(payment, step.said)
    if text:
        _fault(row, column, text)
    step.action = action
    return step


def _said(row: Row, payment: Known, default_day: dt.date | None) -> Said | None:
    """None where the row does not say what became of the payment."""
    values = row.values
    outcome = OUTCOMES.get(unicodedata.normalize("NFKC", values["outcome"]).strip())
    if outcome is None:
        _fault(row, "outcome", "缺少结果" if not values["outcome"] else "应为“成功”或“失败”")
        return None
    amount, text = None, unicodedata.normalize("NFKC", values.get("amount", "")).replace(",", "").lstrip("¥ ")
    if text:
        if not AMOUNT.fullmatch(text):
            _fault(row, "amount", "应为金额，最多精确到分")
            return None
        amount = Decimal(text).quantize(Decimal("0.01"))
    try:
        day = dt.date.fromisoformat(values["paid_on"]) if values.get("paid_on") else default_day
    except ValueError:
        return None  # told by the reader
    is_paid = outcome is P.PAID
    return Said(
        outcome=outcome,
        account=values.get("account", "").lstrip("'’‘`"),
        amount=amount if amount is not None or not payment.by_insurer else payment.amount,
        paid_on=day if is_paid else None,
        reference=values.get("reference", "").lstrip("'’‘`") if is_paid else "",
        failure="" if is_paid else values.get("failure", ""),
    )


def _fault(row: Row, column: str, text: str) -> None:
    row.fault(column, text)
