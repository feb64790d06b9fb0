"""The way of a finding: a reviewer decides, and may take the decision back."""

from typing import Any

import pgtrigger
from django.utils.translation import gettext as _

from hospitals.access import Right, User
from hospitals.lifecycle import Lifecycle, Move
from hospitals.reasons import Refused
from settlement.vocabulary import FindingStatus as S


class FindingLifecycle(Lifecycle):
    """Whoever entered anything of the claim does not decide what was found of it."""

    def refusal(self, case: Any, verb: str, by: User, reason: str = "") -> Refused | None:
        refusal = super().refusal(case, verb, by, reason)
        if refusal is None and by.pk in case.claim.entered_by:
            return Refused.because("same_person", _("%s须由经办人以外的人员办理") % self.moves[verb].label)
        return refusal


REVIEW = Right.REVIEW_CLAIMS
FINDING_LIFECYCLE = FindingLifecycle(
    (
        Move("clear", "排除疑点", frozenset({S.OPEN}), S.CLEARED, REVIEW, True),
        Move("confirm", "确认疑点", frozenset({S.OPEN}), S.CONFIRMED, REVIEW, True, is_destructive=True),
        Move("reopen", "重新核查", frozenset({S.CLEARED, S.CONFIRMED}), S.OPEN, REVIEW, True),
    )
)


def decided_by_others() -> pgtrigger.Trigger:
    """On the finding: who entered the claim does not decide."""
    return pgtrigger.Trigger(
        name="decided_by_others",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__decided_by__isnull=False),
        func="""
            IF EXISTS (SELECT 1 FROM settlement_claim WHERE id = NEW.claim_id AND NEW.decided_by_id = ANY(entered_by))
            THEN
                RAISE EXCEPTION '经办人不能核查本人经办的报销件' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,
    )
