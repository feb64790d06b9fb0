"""What a reviewer decides of a finding, and how it holds the claim until then."""

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.reasons import Reason, Refused
from settlement.findings.lifecycle import FINDING_LIFECYCLE
from settlement.findings.looking import hold_stays
from settlement.models import Claim, Finding
from settlement.vocabulary import FindingStatus

LONGEST_REASON = 300


def clear(*, by: User, finding: Finding, version: int, reason: str) -> Finding:
    """Both cases may stand: the claim goes on.  Raises Refused."""
    return _decided("clear", by, finding, version, reason)


def confirm(*, by: User, finding: Finding, version: int, reason: str) -> Finding:
    """The claim is not due as it stands: it can only be refused or sent back; a paid one is to be recouped.

    Raises Refused.
    """
    return _decided("confirm", by, finding, version, reason)


def reopen(*, by: User, finding: Finding, version: int, reason: str) -> Finding:
    """A decision is taken back.  Raises Refused."""

    def effect(locked: Finding) -> None:
        _kept(reason)
        locked.decided_by = locked.decided_at = None
        locked.decision_reason = ""

    return FINDING_LIFECYCLE.take(finding, "reopen", by=by, reason=reason, version=version, effect=effect)


def must_be_free(claim: Claim) -> list[Reason]:
    """As `held_by`, and nothing new is found of the claim until the transaction ends."""
    hold_stays(claim.person)
    return held_by(claim)


def held_by(claim: Claim) -> list[Reason]:
    """The findings that keep the claim from being approved or paid; one query."""
    return [
        Reason(
            f"finding_{finding.status}",
            _("疑点 %(number)s（%(kind)s）%(state)s：%(text)s")
            % {
                "number": finding.number,
                "kind": finding.get_kind_display(),
                "state": _("已确认，只能不予支付或退回补正")
                if finding.status == FindingStatus.CONFIRMED
                else _("待核查"),
                "text": finding.text,
            },
        )
        for finding in Finding.objects.holding().filter(claim=claim).order_by("pk")
    ]


def _decided(verb: str, by: User, finding: Finding, version: int, reason: str) -> Finding:
    def effect(locked: Finding) -> None:
        locked.decided_by, locked.decided_at, locked.decision_reason = by, timezone.now(), _kept(reason)

    return FINDING_LIFECYCLE.take(finding, verb, by=by, reason=reason, version=version, effect=effect)


def _kept(reason: str) -> str:
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise Refused.because("reason_too_long", _("理由不能超过%d字") % LONGEST_REASON)
    return reason
