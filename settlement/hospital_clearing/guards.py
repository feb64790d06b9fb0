# ruff: noqa: S608 - the names in these statements are ours
"""What the database keeps of clearing with hospitals: each settlement once, each fen accounted for, nothing paid twice.

Whatever goes round the verbs of this package meets these triggers.
"""

import pgtrigger

from settlement.hospital_clearing.words import CLOSED
from settlement.hospital_clearing.words import DeductionSource as Source
from settlement.hospital_clearing.words import DeductionStatus as D
from settlement.hospital_clearing.words import HospitalStatementStatus as S

SUMS = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
_CLOSED = ", ".join(f"'{status}'" for status in CLOSED)
_FROZEN = ("count", *SUMS, "deducted", "returned", "carried_in", "payable", "hospital_id", "scope", "month")


def _refused(text: str) -> str:
    return f"RAISE EXCEPTION '{text}' USING ERRCODE = 'integrity_constraint_violation';"


KEPT = (
    f"SELECT coalesce(sum(amount - returned), 0) FROM settlement_hospitaldeduction "
    f"WHERE status <> '{D.WITHDRAWN}' AND {{condition}}"
)
"""SQL: what of the deductions stands after appeals."""
RETURNED = (
    f"SELECT coalesce(sum(one.amount - one.returned), 0) FROM settlement_hospitaldeduction one "
    f"JOIN settlement_inboundsettlement back ON back.reverses_id = one.settlement_id "
    f"JOIN settlement_hospitalstatementline line ON line.settlement_id = back.id "
    f"WHERE line.statement_id = {{statement}} AND one.status <> '{D.WITHDRAWN}' AND one.statement_id <> {{statement}}"
)
"""SQL: what was deducted in other months of settlements that this statement reverses; the reversal takes the whole."""


def adds_up() -> pgtrigger.Trigger:
    """On a statement: from the end of its review its sums are those of its lines and deductions; a closed month stays.

    It is paid only where a payment of just its amount says so, and no longer once that payment has come back.
    """
    frozen = ", ".join
    return pgtrigger.Trigger(
        name="statement_adds_up",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF OLD.status IN ({_CLOSED})
                AND ({frozen(f"OLD.{name}" for name in _FROZEN)}) IS DISTINCT FROM
                    ({frozen(f"NEW.{name}" for name in _FROZEN)}) THEN
                {_refused("已清算的月份不能修改")}
            END IF;
            IF OLD.status <> NEW.status AND NEW.status IN ('{S.REVIEWED}', '{S.CLEARED}') AND (
                NOT EXISTS (
                    SELECT 1 FROM (
                        SELECT count(*) AS count, {frozen(f"coalesce(sum(told.{name}), 0) AS {name}" for name in SUMS)}
                        FROM settlement_hospitalstatementline line
                        JOIN settlement_inboundsettlement told ON told.id = line.settlement_id
                        WHERE line.statement_id = NEW.id
                    ) parts WHERE (parts.count, {frozen(f"parts.{name}" for name in SUMS)})
                        = (NEW.count, {frozen(f"NEW.{name}" for name in SUMS)})
                )
                OR NEW.deducted <> ({KEPT.format(condition="statement_id = NEW.id")})
                OR NEW.returned <> ({RETURNED.format(statement="NEW.id")})
            ) THEN
                {_refused("清算单金额须与结算、扣款相符")}
            END IF;
            IF OLD.status <> NEW.status AND NEW.status = '{S.CLEARED}' THEN
                IF EXISTS (
                    SELECT 1 FROM settlement_hospitalstatement earlier
                    WHERE earlier.hospital_id = NEW.hospital_id AND earlier.scope = NEW.scope
                    AND earlier.month < NEW.month AND earlier.status NOT IN ({_CLOSED})
                ) THEN
                    {_refused("以前月份尚未清算")}
                END IF;
                IF NEW.carried_in <> coalesce((
                    SELECT least(earlier.payable, 0) FROM settlement_hospitalstatement earlier
                    WHERE earlier.hospital_id = NEW.hospital_id AND earlier.scope = NEW.scope
                    AND earlier.month < NEW.month ORDER BY earlier.month DESC LIMIT 1), 0) THEN
                    {_refused("上月结转金额不符")}
                END IF;
            END IF;
            IF OLD.status <> NEW.status AND NEW.status = '{S.PAID}' AND NOT EXISTS (
                SELECT 1 FROM settlement_hospitalpayment
                WHERE statement_id = NEW.id AND status = 'paid' AND amount = NEW.payable
            ) THEN
                {_refused("没有相符的付款，不能登记拨付")}
            END IF;
            IF OLD.status = '{S.PAID}' AND NEW.status <> '{S.PAID}' AND EXISTS (
                SELECT 1 FROM settlement_hospitalpayment WHERE statement_id = NEW.id AND status = 'paid'
            ) THEN
                {_refused("付款没有退回，清算单仍为已拨付")}
            END IF;
            RETURN NEW;
        """,
    )


def comes_into_open_months() -> pgtrigger.Trigger:
    """On lines, all that one command brings at once: they come into statements that are applied for, of their own
    hospital and scope, up to the end of the month."""
    return pgtrigger.Trigger(
        name="line_comes_into_an_open_month",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(new="came"),
        func=f"""
            IF EXISTS (
                SELECT 1 FROM came
                JOIN settlement_inboundsettlement told ON told.id = came.settlement_id
                JOIN settlement_hospitalstatement statement ON statement.id = came.statement_id
                WHERE statement.status <> '{S.APPLIED}' OR told.hospital_id <> statement.hospital_id
                    OR told.scope <> statement.scope OR told.settled_on >= statement.month + interval '1 month'
            ) THEN
                {_refused("结算只能列入本医院已申请的清算单，且不晚于清算月份")}
            END IF;
            RETURN NULL;
        """,
    )


def within_what_is_paid() -> pgtrigger.Trigger:
    """On a deduction: made and undone during review, appealed after it; of a settlement no more than the funds paid.

    The settlement is held until the transaction ends, so that two who deduct at once go one after the other.
    """
    return pgtrigger.Trigger(
        name="deduction_within_what_is_paid",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[("here", "settlement_hospitalstatement%ROWTYPE"), ("told", "settlement_inboundsettlement%ROWTYPE")],
        func=f"""
            SELECT * INTO here FROM settlement_hospitalstatement WHERE id = NEW.statement_id;
            IF here.status NOT IN ('{S.IN_REVIEW}', '{S.REVIEWED}')
                OR here.status = '{S.REVIEWED}' AND TG_OP = 'INSERT' THEN
                {_refused("只能在审核中登记扣款，已清算的不能修改")}
            END IF;
            IF TG_OP = 'UPDATE' AND (OLD.statement_id, OLD.settlement_id, OLD.amount, OLD.det_type, OLD.source,
                OLD.reason, OLD.clause, OLD.made_by_id) IS DISTINCT FROM (NEW.statement_id, NEW.settlement_id,
                NEW.amount, NEW.det_type, NEW.source, NEW.reason, NEW.clause, NEW.made_by_id) THEN
                {_refused("扣款内容不能修改，请撤销后重新登记")}
            END IF;
            IF TG_OP = 'UPDATE' OR NEW.settlement_id IS NULL THEN RETURN NEW; END IF;
            SELECT * INTO told FROM settlement_inboundsettlement WHERE id = NEW.settlement_id FOR NO KEY UPDATE;
            IF told.reverses_id IS NOT NULL
                OR EXISTS (SELECT 1 FROM settlement_inboundsettlement WHERE reverses_id = told.id) THEN
                {_refused("已冲正的结算不再扣款")}
            END IF;
            IF NOT EXISTS (
                SELECT 1 FROM settlement_hospitalstatementline line
                JOIN settlement_hospitalstatement of ON of.id = line.statement_id
                WHERE line.settlement_id = told.id AND of.hospital_id = here.hospital_id AND of.scope = here.scope
                AND CASE NEW.source WHEN '{Source.EARLIER_MONTH}'
                    THEN of.month < here.month AND of.status IN ({_CLOSED}) ELSE of.id = here.id END
            ) THEN
                {_refused("扣款的结算须在本清算单中；补扣往月的，须在本医院已清算的月份中")}
            END IF;
            IF NEW.amount + ({KEPT.format(condition="settlement_id = told.id")}) > told.fund_pay_sumamt THEN
                {_refused("一次结算的扣款合计不能超过基金支付总额")}
            END IF;
            RETURN NEW;
        """,
    )


def pays_what_is_cleared() -> pgtrigger.Trigger:
    """On a payment: it comes into a draft of its area and scope, for a cleared statement and over its amount, onto an
    account of the hospital on which none has failed; its content stays, and it is paid only from a confirmed list."""
    return pgtrigger.Trigger(
        name="hospital_payment_is_what_is_cleared",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
            IF TG_OP = 'INSERT' AND NOT EXISTS (
                SELECT 1 FROM settlement_hospitalstatement statement
                JOIN settlement_hospitalpaymentbatch batch ON batch.id = NEW.batch_id
                JOIN settlement_hospitalaccount account ON account.id = NEW.account_id
                    AND account.hospital_id = statement.hospital_id
                WHERE statement.id = NEW.statement_id AND statement.status = '{S.CLEARED}'
                AND statement.payable = NEW.amount AND batch.status = 'draft'
                AND (batch.area_id, batch.scope) = (statement.area_id, statement.scope)
            ) THEN
                {_refused("付款与清算单不符")}
            END IF;
            IF TG_OP = 'INSERT' AND EXISTS (
                SELECT 1 FROM settlement_hospitalpayment WHERE account_id = NEW.account_id AND status = 'failed'
            ) THEN
                {_refused("此收款账户支付失败过，须重新登记账户")}
            END IF;
            IF TG_OP = 'UPDATE' AND (OLD.batch_id, OLD.statement_id, OLD.amount, OLD.account_id)
                IS DISTINCT FROM (NEW.batch_id, NEW.statement_id, NEW.amount, NEW.account_id) THEN
                {_refused("付款内容不能修改")}
            END IF;
            IF TG_OP = 'UPDATE' AND OLD.status = 'pending' AND NEW.status IN ('paid', 'failed') AND NOT EXISTS (
                SELECT 1 FROM settlement_hospitalpaymentbatch WHERE id = NEW.batch_id AND status = 'confirmed'
            ) THEN
                {_refused("拨付单未经核对，不能登记结果")}
            END IF;
            RETURN NEW;
        """,
    )


def is_all_of_it() -> pgtrigger.Trigger:
    """On a list of payments: confirmed, its count and total are those of its payments; closed, none waits."""
    return pgtrigger.Trigger(
        name="hospital_batch_is_all_of_it",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(new__status__in=["confirmed", "closed"]),
        func=f"""
            IF (SELECT (count(*), coalesce(sum(amount), 0)) FROM settlement_hospitalpayment WHERE batch_id = NEW.id)
                <> (NEW.count::bigint, NEW.total) THEN
                {_refused("拨付单的笔数和金额须与各笔付款相符")}
            END IF;
            IF NEW.status = 'closed' AND EXISTS (
                SELECT 1 FROM settlement_hospitalpayment WHERE batch_id = NEW.id AND status = 'pending'
            ) THEN
                {_refused("还有付款没有结果")}
            END IF;
            RETURN NEW;
        """,
    )
