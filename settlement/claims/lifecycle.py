"""The way of a manual claim from the counter to payment, and what the database keeps of it."""

from typing import Any

import pgtrigger
from django.utils.translation import gettext as _

from hospitals.access import Right, User
from hospitals.lifecycle import Lifecycle, Move
from hospitals.reasons import Refused
from settlement.vocabulary import ClaimStatus as S

EDITABLE = frozenset({S.ACCEPTED, S.RETURNED})
REVIEWER = ("made_by",)
FINANCE = ("made_by", "reviewed_by")


class ClaimLifecycle(Lifecycle):
    """Four eyes: whoever entered anything of a claim neither reviews nor pays it, whoever took it in."""

    def refusal(self, case: Any, verb: str, by: User, reason: str = "") -> Refused | None:
        move = self.moves[verb]
        refusal = super().refusal(case, verb, by, reason)
        if refusal is None and move.not_by and by.pk in case.entered_by:
            return Refused.because("same_person", _("%s须由前面经手人以外的人员办理") % move.label)
        return refusal


CLAIM_LIFECYCLE = ClaimLifecycle(
    (
        Move("submit", "提交审核", EDITABLE, S.IN_REVIEW, Right.ACCEPT_CLAIMS),
        Move("approve", "审核通过", frozenset({S.IN_REVIEW}), S.APPROVED, Right.REVIEW_CLAIMS, not_by=REVIEWER),
        Move("send_back", "退回补正", frozenset({S.IN_REVIEW}), S.RETURNED, Right.REVIEW_CLAIMS, True, REVIEWER),
        Move("refuse", "不予支付", frozenset({S.IN_REVIEW}), S.REFUSED, Right.REVIEW_CLAIMS, True, REVIEWER, True),
        Move("release", "财务放行", frozenset({S.APPROVED}), S.RELEASED, Right.RELEASE_CLAIMS, not_by=FINANCE),
        Move(
            "return_to_review",
            "退回审核",
            frozenset({S.APPROVED, S.RELEASED}),
            S.IN_REVIEW,
            Right.RELEASE_CLAIMS,
            True,
            FINANCE,
        ),
        Move("pay", "登记支付", frozenset({S.RELEASED}), S.PAID, Right.RELEASE_CLAIMS, not_by=FINANCE),
    )
)

_AT_THE_COUNTER = ", ".join(f"'{status}'" for status in sorted(EDITABLE))
# What the way itself writes.  All else is what was claimed, and stands still once it has left the counter.
WRITTEN_ON_THE_WAY = (
    *("status", "version", "reviewed_by", "reviewed_at", "review_reason"),
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
                RAISE EXCEPTION '报销件提交后内容不能修改' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,
    )


def rows_frozen_beyond_counter() -> pgtrigger.Trigger:
    """On the rows of a claim: they come, change and go while the claim is at the counter."""
    return pgtrigger.Trigger(
        name="frozen_beyond_counter",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF EXISTS (
                SELECT 1 FROM settlement_claim
                WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.claim_id END,
                             CASE WHEN TG_OP <> 'DELETE' THEN NEW.claim_id END)
                  AND status NOT IN ({_AT_THE_COUNTER})
            ) THEN
                RAISE EXCEPTION '报销件提交后内容不能修改' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,  # noqa: S608 - the states are ours
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
