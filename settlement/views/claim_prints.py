"""Prints of a claim: the settlement sheet, the decision, the notice of what is missing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from hospitals.access import Right, StaffRequest, require
from settlement.capitals import in_capitals
from settlement.claims.clock import DECIDED, term_of
from settlement.claims.supplementing import notice_of
from settlement.models import Claim
from settlement.views.claims import account_of, visible_claim
from settlement.vocabulary import ClaimStatus


@require_GET
def sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """医疗费用手工报销结算单."""
    require(request.user, Right.SEE_CLAIMS)
    found = visible_claim(request, pk)
    context = {
        **_amounts(found),
        "receipts": list(found.receipts.all()),
        "is_decided": found.status in DECIDED and found.status != ClaimStatus.REFUSED,
        "account": account_of(request, found),
    }
    return render(request, "settlement/sheet.html", context)


@require_GET
def decision(request: StaffRequest, pk: int) -> HttpResponse:
    """医疗费用报销审核决定书: of a claim that is approved or refused."""
    require(request.user, Right.SEE_CLAIMS)
    found = visible_claim(request, pk)
    if found.status not in DECIDED:
        messages.error(request, _("当前状态为“%s”，尚未作出审核决定") % found.get_status_display())
        return redirect(found)
    context = {
        **_amounts(found),
        "receipts": list(found.receipts.all()),
        "is_refused": found.status == ClaimStatus.REFUSED,
        "decided_at": found.confirmed_at or found.reviewed_at,
    }
    return render(request, "settlement/decision.html", context)


@require_GET
def supplement(request: StaffRequest, pk: int) -> HttpResponse:
    """补正材料一次性告知书."""
    require(request.user, Right.SEE_CLAIMS)
    found = visible_claim(request, pk)
    notice = notice_of(found)
    if notice is None:
        messages.error(request, _("此件没有补正告知"))
        return redirect(found)
    context = {"claim": found, "notice": notice, "items": list(notice.items.all()), "term": term_of(found)}
    return render(request, "settlement/supplement.html", context)


def _amounts(found: Claim) -> dict[str, object]:
    calculation = found.calculation
    return {
        "claim": found,
        "calculation": calculation,
        "capitals": in_capitals(calculation.fund) if calculation else "",
    }
