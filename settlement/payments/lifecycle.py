"""The way of a batch and of each payment in it, and what the database keeps of it: nobody is paid twice."""

import pgtrigger

from hospitals.access import Right
from hospitals.lifecycle import Lifecycle, Move
from settlement.vocabulary import BatchStatus as B
from settlement.vocabulary import PaymentStatus as P

PAY = Right.RELEASE_CLAIMS
DRAFT = frozenset({B.DRAFT})
LIVE_BATCH = (B.DRAFT, B.CONFIRMED, B.SENT)
LIVE = (P.PENDING, P.IN_TRANSIT)
"""On its way: the claim stands still until it has come out."""
COUNTS = (*LIVE, P.PAID)
"""At most one such payment a claim or follow-up."""

FINANCE = ("made_by", "reviewed_by", "confirmed_by")
"""Of a claim: who had a hand in it may not record that it is paid."""

BATCH_LIFECYCLE = Lifecycle(
    (
        Move("remove", "撤出一笔", DRAFT, B.DRAFT, PAY),
        Move("set_amount", "核定金额", DRAFT, B.DRAFT, PAY),
        Move("confirm", "核对", DRAFT, B.CONFIRMED, PAY, not_by=("made_by",)),
        Move("reopen", "退回草稿", frozenset({B.CONFIRMED}), B.DRAFT, PAY, True),
        Move("send", "送出", frozenset({B.CONFIRMED}), B.SENT, PAY),
        Move("close", "回盘完毕", frozenset({B.SENT}), B.CLOSED, PAY),
        Move("void", "作废", frozenset({B.DRAFT, B.CONFIRMED}), B.VOIDED, PAY, True, is_destructive=True),
    )
)
PAYMENT_LIFECYCLE = Lifecycle(
    (
        Move("withdraw", "撤出", frozenset({P.PENDING}), P.VOID, PAY),
        Move("send", "送出", frozenset({P.PENDING}), P.IN_TRANSIT, PAY),
        Move("settle", "登记已付", frozenset({P.IN_TRANSIT}), P.PAID, PAY),
        Move("fail", "登记支付失败", frozenset({P.IN_TRANSIT}), P.FAILED, PAY, True),
        Move("come_back", "支付退回", frozenset({P.PAID}), P.FAILED, PAY, True),
    )
)

_LIVE = ", ".join(f"'{status}'" for status in LIVE)


def is_what_is_due() -> pgtrigger.Trigger:
    """On a payment: it comes into a draft, for a released claim or a standing follow-up, and over its amount."""
    return pgtrigger.Trigger(
        name="payment_is_what_is_due",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("batch", "settlement_paymentbatch%ROWTYPE")],
        func="""
            SELECT * INTO batch FROM settlement_paymentbatch WHERE id = NEW.batch_id;
            IF batch.status <> 'draft' OR batch.area_id <> NEW.area_id
                OR (batch.kind = 'claims') <> (NEW.claim_id IS NOT NULL) THEN
                RAISE EXCEPTION '只能向草稿批次加入同类的付款' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF NEW.claim_id IS NOT NULL THEN
                PERFORM 1 FROM settlement_claim claim
                JOIN settlement_calculation calculation ON calculation.id = claim.calculation_id
                WHERE claim.id = NEW.claim_id AND claim.status = 'released' AND claim.area_id = NEW.area_id
                  AND claim.person_id = NEW.person_id AND calculation.fund = NEW.amount
                FOR SHARE OF claim;
            ELSE
                PERFORM 1 FROM settlement_followupdue due
                JOIN settlement_settlement settled ON settled.id = due.settlement_id
                WHERE due.id = NEW.due_id AND due.component = batch.kind AND due.payer = batch.payer
                  AND due.amount IS NOT DISTINCT FROM NEW.amount
                  AND settled.area_id = NEW.area_id AND settled.person_id = NEW.person_id
                  AND settled.reverses_id IS NULL
                  AND NOT EXISTS (SELECT 1 FROM settlement_settlement back WHERE back.reverses_id = settled.id);
            END IF;
            IF NOT FOUND THEN
                RAISE EXCEPTION '付款与应付的不符' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM settlement_payment failed
                WHERE failed.id = NEW.replaces_id AND failed.status = 'failed' AND failed.attempt = NEW.attempt - 1
                  AND failed.claim_id IS NOT DISTINCT FROM NEW.claim_id
                  AND failed.due_id IS NOT DISTINCT FROM NEW.due_id
            ) THEN
                RAISE EXCEPTION '只有支付失败的可以再次支付' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,
    )


def amount_is_settled_once() -> pgtrigger.Trigger:
    """On a payment: an amount changes only where the policy gives none, and then until the payment is on its way."""
    return pgtrigger.Trigger(
        name="payment_amount_is_settled_once",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__amount__df=pgtrigger.F("new__amount")),
        func="""
            IF OLD.claim_id IS NOT NULL
                OR NOT (OLD.status = 'pending' OR OLD.status = 'in_transit' AND OLD.amount IS NULL)
                OR EXISTS (SELECT 1 FROM settlement_followupdue WHERE id = OLD.due_id AND amount IS NOT NULL) THEN
                RAISE EXCEPTION '付款金额不能修改' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,
    )


def leaves_with_its_batch() -> pgtrigger.Trigger:
    """On a payment: it is sent with a batch that was confirmed, and is taken out only before."""
    return pgtrigger.Trigger(
        name="payment_leaves_with_its_batch",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__status="pending", new__status__df="pending"),
        func="""
            IF NOT EXISTS (
                SELECT 1 FROM settlement_paymentbatch WHERE id = OLD.batch_id
                AND (NEW.status = 'in_transit' AND status = 'confirmed' OR NEW.status = 'void' AND status <> 'sent')
            ) THEN
                RAISE EXCEPTION '批次未经核对，不能送出' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,
    )


def parts_make_the_total() -> pgtrigger.Trigger:
    """On a batch: beyond the draft its count and total are those of its payments, and closed none is still out."""
    return pgtrigger.Trigger(
        name="batch_parts_make_the_total",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(new__status__in=[B.CONFIRMED, B.SENT, B.CLOSED]),
        func=f"""
            IF NOT EXISTS (
                SELECT 1 FROM (
                    SELECT count(*) AS count, COALESCE(sum(amount), 0) AS total
                    FROM settlement_payment WHERE batch_id = NEW.id AND status <> 'void'
                ) parts WHERE parts.count = NEW.count AND parts.total = NEW.total
            ) THEN
                RAISE EXCEPTION '批次的笔数和金额须与各笔付款相符' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF NEW.status = 'closed' AND EXISTS (
                SELECT 1 FROM settlement_payment WHERE batch_id = NEW.id AND status IN ({_LIVE})
            ) THEN
                RAISE EXCEPTION '还有付款没有结果' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,  # noqa: S608 - the states are ours
    )


def stands_still_while_being_paid() -> pgtrigger.Trigger:
    """On the claim: not taken elsewhere while a payment is on its way, and not paid anew while one counts as paid."""
    return pgtrigger.Trigger(
        name="stands_still_while_being_paid",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__status__in=["released", "paid"], old__status__df=pgtrigger.F("new__status")),
        func=f"""
            IF EXISTS (
                SELECT 1 FROM settlement_payment WHERE claim_id = OLD.id
                AND (OLD.status = 'released' AND status IN ({_LIVE}) OR NEW.status = 'released' AND status = 'paid')
            ) THEN
                RAISE EXCEPTION '报销件在拨付批次中' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,  # noqa: S608 - the states are ours
    )
