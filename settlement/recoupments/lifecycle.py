"""The way of a recoupment from its proposal until its money is back, and what the database keeps of it."""

from typing import Any

import pgtrigger
from django.utils.translation import gettext as _

from hospitals.access import Right, User
from hospitals.lifecycle import Lifecycle, Move
from hospitals.reasons import Refused
from settlement.vocabulary import BASIC_FUND, COLUMN_OF_FUND
from settlement.vocabulary import RecoupmentStatus as S

REVIEW, FINANCE, SUPERVISE = Right.REVIEW_CLAIMS, Right.RELEASE_CLAIMS, Right.REVERSE_SETTLEMENTS
PROPOSED, COLLECTING = frozenset({S.PROPOSED}), frozenset({S.COLLECTING})
ASKED = ("made_by", "corrected_by")
WITH_RECEIPTS = COLLECTING | {S.SETTLED}


class RecoupmentLifecycle(Lifecycle):
    """What a step asks of the recoupment beside its state."""

    def refusal(self, case: Any, verb: str, by: User, reason: str = "") -> Refused | None:
        refusal = super().refusal(case, verb, by, reason)
        if refusal:
            return refusal
        is_asked = case.write_off_by_id is not None
        if verb == "propose_write_off" and is_asked:
            return Refused.because("write_off_asked", _("核销已提出，等待批准"))
        if verb in ("approve_write_off", "reject_write_off") and not is_asked:
            return Refused.because("write_off_not_asked", _("没有待批准的核销"))
        if verb == "revoke" and case.received:
            return Refused.because("received", _("已收到款项，先撤销收款再撤销追回"))
        if verb == "take_back" and not case.received:
            return Refused.because("nothing_received", _("没有可以撤销的收款"))
        return None


RECOUPMENT_LIFECYCLE = RecoupmentLifecycle(
    (
        Move("correct", "更正金额", PROPOSED, S.PROPOSED, REVIEW, True),
        Move("confirm", "确认追回", PROPOSED, S.COLLECTING, REVIEW, not_by=ASKED, or_right=SUPERVISE),
        Move("withdraw", "撤销", PROPOSED, S.WITHDRAWN, REVIEW, True, is_destructive=True, or_right=SUPERVISE),
        # collecting; what is received last settles it
        Move("receive", "登记收款", COLLECTING, S.COLLECTING, FINANCE),
        Move("settle", "结清", COLLECTING, S.SETTLED, FINANCE),
        Move("take_back", "撤销收款", WITH_RECEIPTS, S.COLLECTING, FINANCE, True),
        Move("set_instalments", "分期", COLLECTING, S.COLLECTING, REVIEW, or_right=FINANCE),
        Move("remind", "登记催缴", COLLECTING, S.COLLECTING, REVIEW, or_right=FINANCE),
        # what cannot be had
        Move("propose_write_off", "提出核销", COLLECTING, S.COLLECTING, REVIEW, True, or_right=FINANCE),
        Move("approve_write_off", "批准核销", COLLECTING, S.WRITTEN_OFF, SUPERVISE, False, ("write_off_by",), True),
        Move("reject_write_off", "不同意核销", COLLECTING, S.COLLECTING, SUPERVISE, True, ("write_off_by",)),
        Move("revoke", "撤销追回", COLLECTING, S.WITHDRAWN, SUPERVISE, True, ("confirmed_by",), True),
    )
)


def _paid_by_fund() -> str:
    """SQL: what a settlement's row says that the fund NEW.fund paid."""
    scheme_of = {fund: scheme for scheme, fund in BASIC_FUND.items()}
    cases = (
        f"WHEN '{fund}' THEN "
        + (f"CASE scheme WHEN '{scheme_of[fund]}' THEN {column} END" if fund in scheme_of else column)
        for fund, column in COLUMN_OF_FUND.items()
    )
    return f"CASE NEW.fund {' '.join(cases)} END"


def within_what_was_paid() -> pgtrigger.Trigger:
    """On a part: all recoupments of a settlement together ask for no more of a fund than it has paid.

    The settlement is held until the transaction ends, so that two who ask at once go one after the other.
    """
    return pgtrigger.Trigger(
        name="within_what_was_paid",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("held", "BIGINT"), ("state", "TEXT"), ("most", "NUMERIC"), ("asked", "NUMERIC")],
        func=f"""
            SELECT status, settlement_id INTO state, held FROM settlement_recoupment
            WHERE id = COALESCE(NEW.recoupment_id, OLD.recoupment_id);
            IF state <> '{S.PROPOSED}' THEN
                RAISE EXCEPTION '追回确认后金额不能修改' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            PERFORM 1 FROM settlement_settlement WHERE id = held FOR NO KEY UPDATE;
            SELECT {_paid_by_fund()} INTO most FROM settlement_settlement WHERE id = held;
            SELECT COALESCE(sum(part.amount), 0) INTO asked
            FROM settlement_recoupmentpart part JOIN settlement_recoupment other ON other.id = part.recoupment_id
            WHERE other.settlement_id = held AND other.status <> '{S.WITHDRAWN}'
              AND part.fund = NEW.fund AND part.id <> NEW.id;
            IF asked + NEW.amount > COALESCE(most, 0) THEN
                RAISE EXCEPTION '追回金额合计不能超过基金已支付的金额' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,  # noqa: S608 - the names are ours
    )


def sums_agree(key: str, operation: pgtrigger.Operation | pgtrigger.Operations) -> pgtrigger.Trigger:
    """On a recoupment and its rows: when the transaction ends, what it says of itself is what its rows come to.

    key: SQL for the recoupment's key, of a row called {row}.
    """
    found = f"CASE WHEN TG_OP = 'DELETE' THEN {key.format(row='OLD')} ELSE {key.format(row='NEW')} END"
    return pgtrigger.Trigger(
        name="sums_agree",
        when=pgtrigger.After,
        operation=operation,
        timing=pgtrigger.Deferred,
        func=f"""
            IF EXISTS (
                SELECT 1 FROM settlement_recoupment one
                WHERE one.id = {found} AND (
                    one.due <> (
                        SELECT COALESCE(sum(amount), 0) FROM settlement_recoupmentpart WHERE recoupment_id = one.id)
                    OR one.received <> (
                        SELECT COALESCE(sum(amount), 0) FROM settlement_recoupmentreceipt
                        WHERE recoupment_id = one.id)
                    OR one.status = '{S.COLLECTING}' AND one.due - one.received > (
                        SELECT COALESCE(sum(amount), 0) FROM settlement_recoupmentinstalment
                        WHERE recoupment_id = one.id)
                    OR EXISTS (
                        SELECT 1 FROM settlement_recoupmentpart part
                        LEFT JOIN settlement_recoupmentshare share ON share.part_id = part.id
                        WHERE part.recoupment_id = one.id GROUP BY part.id
                        HAVING COALESCE(sum(share.amount), 0) NOT BETWEEN 0 AND part.amount)
                    OR EXISTS (
                        SELECT 1 FROM settlement_recoupmentreceipt receipt
                        LEFT JOIN settlement_recoupmentshare share ON share.receipt_id = receipt.id
                        WHERE receipt.recoupment_id = one.id GROUP BY receipt.id
                        HAVING COALESCE(sum(share.amount), 0) <> receipt.amount))
            ) THEN
                RAISE EXCEPTION '追回金额与明细不符' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        """,  # noqa: S608 - the names are ours
    )
