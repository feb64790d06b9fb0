"""The way of a manual claim from the counter to payment, and what the database keeps of it."""

from collections.abc import Iterable
from typing import Any

import pgtrigger
from django.utils.translation import gettext as _

from hospitals.access import Right, User
from hospitals.lifecycle import Lifecycle, Move
from hospitals.reasons import Refused
from settlement.vocabulary import ClaimStatus as S

EDITABLE = frozenset({S.ACCEPTED, S.RETURNED})
AT_COUNTER = EDITABLE | {S.ENTERED, S.CHECKED}
"""Nothing is settled yet; what was entered may still change, by a step back where its details were closed."""
RUNNING = AT_COUNTER | {S.CALCULATED, S.IN_REVIEW, S.SECOND_REVIEW}
"""The clock runs: neither decided, nor waiting for the person."""
SETTLED = frozenset({S.CALCULATED, S.IN_REVIEW, S.SECOND_REVIEW, S.APPROVED, S.RELEASED, S.PAID})
"""Written into the person's yearly account."""
OVER = frozenset({S.REFUSED, S.WITHDRAWN, S.REVERSED})
"""Nothing is paid: another claim may take up its receipts and its stay."""
HELD = ("approve", "pass_on", "confirm", "release", "pay")
"""The steps towards payment, which a finding holds."""
REVIEWER = ("made_by",)
SECOND = ("made_by", "reviewed_by")
FINANCE = ("made_by", "reviewed_by", "confirmed_by")


class ClaimLifecycle(Lifecycle):
    """Four eyes: whoever entered anything of a claim neither reviews nor pays it, whoever took it in."""

    def refusal(self, case: Any, verb: str, by: User, reason: str = "") -> Refused | None:
        move = self.moves[verb]
        refusal = super().refusal(case, verb, by, reason)
        if refusal is None and move.not_by and by.pk in case.entered_by:
            return Refused.because("same_person", _("%s须由前面经手人以外的人员办理") % move.label)
        return refusal


def _one(status: S) -> frozenset[str]:
    return frozenset({status})


COUNTER, REVIEW, PAY = Right.ACCEPT_CLAIMS, Right.REVIEW_CLAIMS, Right.RELEASE_CLAIMS
CLAIM_LIFECYCLE = ClaimLifecycle(
    (
        # at the counter; `submit` does whatever of the steps before it has not been done
        Move("enter", "明细录入完毕", EDITABLE, S.ENTERED, COUNTER),
        Move("reopen", "明细回退", _one(S.ENTERED), S.ACCEPTED, COUNTER, True),
        Move("check", "核对明细", _one(S.ENTERED), S.CHECKED, COUNTER),
        Move("uncheck", "核对回退", _one(S.CHECKED), S.ENTERED, COUNTER, True),
        Move("settle", "结算", _one(S.CHECKED), S.CALCULATED, COUNTER),
        Move("unsettle", "结算回退", _one(S.CALCULATED), S.CHECKED, COUNTER, True),
        Move("submit", "提交审核", AT_COUNTER | {S.CALCULATED}, S.IN_REVIEW, COUNTER),
        Move("take_back", "撤回提交", _one(S.IN_REVIEW), S.CALCULATED, COUNTER, True),
        Move("ask", "一次性告知", EDITABLE, S.SUPPLEMENT, COUNTER, True),
        Move("receive", "收取补正材料", _one(S.SUPPLEMENT), S.SUPPLEMENT, COUNTER),
        Move("resume", "补正完毕", _one(S.SUPPLEMENT), S.ACCEPTED, COUNTER),
        Move("withdraw", "撤销受理", EDITABLE, S.WITHDRAWN, COUNTER, True, is_destructive=True),
        Move("restore", "恢复受理", _one(S.WITHDRAWN), S.ACCEPTED, COUNTER, True),
        # review
        Move("approve", "审核通过", _one(S.IN_REVIEW), S.APPROVED, REVIEW, not_by=REVIEWER),
        Move("pass_on", "转复审", _one(S.IN_REVIEW), S.SECOND_REVIEW, REVIEW, not_by=REVIEWER),
        Move("confirm", "复审通过", _one(S.SECOND_REVIEW), S.APPROVED, REVIEW, not_by=SECOND),
        Move("object_to", "复审退回", _one(S.SECOND_REVIEW), S.IN_REVIEW, REVIEW, True, SECOND),
        Move("send_back", "退回补正", _one(S.IN_REVIEW), S.RETURNED, REVIEW, True, REVIEWER),
        Move("refuse", "不予支付", _one(S.IN_REVIEW), S.REFUSED, REVIEW, True, REVIEWER, True),
        Move("reconsider", "撤销不予支付", _one(S.REFUSED), S.RETURNED, REVIEW, True, REVIEWER),
        Move("unapprove", "审核回退", _one(S.APPROVED), S.IN_REVIEW, REVIEW, True, REVIEWER),
        # finance
        Move("release", "财务放行", _one(S.APPROVED), S.RELEASED, PAY, not_by=FINANCE),
        Move("unrelease", "放行回退", _one(S.RELEASED), S.APPROVED, PAY, True, FINANCE),
        Move("return_to_review", "退回审核", frozenset({S.APPROVED, S.RELEASED}), S.IN_REVIEW, PAY, True, FINANCE),
        Move("pay", "登记支付", _one(S.RELEASED), S.PAID, PAY, not_by=FINANCE),
        Move("bounce", "支付退回", _one(S.PAID), S.RELEASED, PAY, True, FINANCE),
        Move("reverse", "冲正", _one(S.PAID), S.REVERSED, Right.REVERSE_SETTLEMENTS, True, is_destructive=True),
    )
)


def _listed(statuses: Iterable[str]) -> str:
    return ", ".join(f"'{status}'" for status in sorted(statuses))


_AT_THE_COUNTER = _listed(AT_COUNTER)
# What the way itself writes.  All else is what was claimed, and stands still once it has left the counter.
WRITTEN_ON_THE_WAY = (
    *("status", "version", "settlement", "due_on", "days_left", "taken_by", "taken_at"),
    *("stepped_by", "stepped_at", "step_reason"),
    *("reviewed_by", "reviewed_at", "review_reason", "confirmed_by", "confirmed_at", "is_sampled"),
    *("released_by", "released_at", "finance_reason", "paid_by", "paid_on", "payment_reference"),
)


def frozen_beyond_counter() -> pgtrigger.Trigger:
    """On the claim: what is claimed and calculated changes at the counter only."""
    return pgtrigger.Trigger(
        name="frozen_beyond_counter",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(exclude=list(WRITTEN_ON_THE_WAY)),
        func=f"""
            IF OLD.status NOT IN ({_AT_THE_COUNTER}) THEN
                RAISE EXCEPTION '报销件结算后内容不能修改' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,
    )


def rows_frozen_beyond_counter(*, but: str = "") -> pgtrigger.Trigger:
    """On the rows of a claim: they come, change and go while the claim is at the counter.

    but: a column that follows the claim's own state, written by a trigger of the claim.
    """
    follows = f"""
            IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1
               AND to_jsonb(NEW) - '{but}' = to_jsonb(OLD) - '{but}' THEN
                RETURN NEW;
            END IF;"""
    return pgtrigger.Trigger(
        name="frozen_beyond_counter",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""{follows if but else ""}
            IF EXISTS (
                SELECT 1 FROM settlement_claim
                WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.claim_id END,
                             CASE WHEN TG_OP <> 'DELETE' THEN NEW.claim_id END)
                  AND status NOT IN ({_AT_THE_COUNTER})
            ) THEN
                RAISE EXCEPTION '报销件结算后内容不能修改' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,  # noqa: S608 - the states are ours
    )


def drawn_once() -> pgtrigger.Trigger:
    """On the claim: whether it was drawn for second review stays as it was drawn, whatever is undone."""
    return pgtrigger.Trigger(
        name="drawn_once",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__is_sampled__isnull=False)
        & pgtrigger.Q(old__is_sampled__df=pgtrigger.F("new__is_sampled")),
        func="""
            RAISE EXCEPTION '复审抽查只抽一次' USING ERRCODE = 'integrity_constraint_violation';
        """,
    )


def calculation_is_its_own() -> pgtrigger.Trigger:
    """On the claim: it points at a calculation of its own and of its own total."""
    return pgtrigger.Trigger(
        name="calculation_is_its_own",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__calculation__isnull=False),
        func="""
            IF NOT EXISTS (
                SELECT 1 FROM settlement_calculation
                WHERE id = NEW.calculation_id AND claim_id = NEW.id AND total = NEW.total
            ) THEN
                RAISE EXCEPTION '待遇计算与报销件不符' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,
    )


def receipts_follow() -> pgtrigger.Trigger:
    """On the claim: its receipts bar others while it is alive."""
    return pgtrigger.Trigger(
        name="receipts_follow",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("status"),
        func=f"""
            IF (OLD.status IN ({_listed(OVER)})) <> (NEW.status IN ({_listed(OVER)})) THEN
                UPDATE settlement_receipt SET bars_others = NEW.status NOT IN ({_listed(OVER)})
                WHERE claim_id = NEW.id;
            END IF;
            RETURN NULL;
        """,  # noqa: S608 - the states are ours
    )


def bars_others_while_alive() -> pgtrigger.Trigger:
    """On the receipt: whatever is written, the claim's state says it."""
    return pgtrigger.Trigger(
        name="bars_others_while_alive",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
            SELECT status NOT IN ({_listed(OVER)}) INTO NEW.bars_others
            FROM settlement_claim WHERE id = NEW.claim_id FOR SHARE;
            RETURN NEW;
        """,  # noqa: S608 - the states are ours
    )


def held_by_findings() -> pgtrigger.Trigger:
    """On the claim: no step towards payment while a finding stands open or is confirmed.

    That the bank has paid what had gone out before is a fact, whatever was found since.
    """
    moves = [CLAIM_LIFECYCLE.moves[verb] for verb in HELD]
    steps = _listed({f"{source} {move.target}" for move in moves for source in move.sources})
    return pgtrigger.Trigger(
        name="held_by_findings",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("status"),
        condition=pgtrigger.AnyChange("status"),
        func=f"""
            IF OLD.status || ' ' || NEW.status IN ({steps}) AND EXISTS (
                SELECT 1 FROM settlement_finding WHERE claim_id = NEW.id AND status <> 'cleared'
            ) AND NOT (NEW.status = 'paid' AND EXISTS (
                SELECT 1 FROM settlement_payment WHERE claim_id = NEW.id AND status IN ('in_transit', 'paid')
            )) THEN
                RAISE EXCEPTION '疑点未排除，不能审核通过或支付' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,  # noqa: S608 - the states are ours
    )
