"""Settlements: the list, one of them with its entries, its sheet, and a supervisor's reversal."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.listing import Column, ListPage
from hospitals.reasons import Reason, Refused
from hospitals.templatetags.portal import yuan
from settlement.accounts.shown import amounts_of, settlement_badge, state_of
from settlement.capitals import in_capitals
from settlement.direct_settlement import reverse_settlement
from settlement.filters import SettlementFilter
from settlement.forms.accounts import ReversalForm
from settlement.gateway.shown import settlement_panel
from settlement.models import Claim, Settlement


def _amount(label: str, name: str, *, sort: bool = False) -> Column:
    return Column(
        label,
        lambda row: yuan(getattr(row, name)),
        sort=name if sort else "",
        kind="number",
        exported=lambda row: getattr(row, name),
    )


class SettlementList(ListPage):
    model = Settlement
    title = "结算"
    right = Right.SEE_CLAIMS
    filterset_class = SettlementFilter
    empty_text = "没有符合条件的结算"
    columns: tuple[Column, ...] = (
        Column("结算编号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("姓名", lambda row: row.person.name, link=lambda row: reverse("person", args=[row.person_id])),
        Column("参保地", lambda row: row.area.name),
        Column("方式", lambda row: row.get_way_display()),
        Column("险种", lambda row: row.get_scheme_display()),
        Column("待遇档次", lambda row: row.get_tier_display()),
        Column("医院", lambda row: row.hospital_name),
        Column("出院日期", lambda row: row.discharged_on, sort="discharged_on", kind="date"),
        Column("结算日期", lambda row: row.settled_on, sort="settled_on", kind="date"),
        _amount("总额（元）", "medfee_sumamt", sort=True),
        _amount("基金支付（元）", "fund_pay_sumamt", sort=True),
        _amount("个人负担（元）", "psn_part_amt"),
        Column("状态", settlement_badge, exported=state_of),
    )

    def queryset(self) -> QuerySet[Settlement]:
        return Settlement.objects.select_related("person", "area", "reversal")


@require_GET
def settlement(request: StaffRequest, pk: int) -> HttpResponse:
    require(request.user, Right.SEE_CLAIMS)
    return _page(request, _found(request, pk))


@require_POST
def take_back(request: StaffRequest, pk: int) -> HttpResponse:
    """冲正 of a direct settlement; a refusal comes back on its page with what was typed."""
    require(request.user, Right.REVERSE_SETTLEMENTS)
    found = _found(request, pk, Right.REVERSE_SETTLEMENTS)
    form = ReversalForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form)
    try:
        contrary = reverse_settlement(
            by=request.user, settlement=found, reason=form.cleaned_data["reason"], on=timezone.localdate()
        )
    except Refused as refused:
        return _page(request, _found(request, pk), form=form, reasons=refused.reasons)
    messages.success(request, _("%(number)s 已冲正") % {"number": found.number})
    return redirect(contrary)


@require_GET
def sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """医疗费用结算单 of a stay settled at the hospital; a claim has its own."""
    require(request.user, Right.SEE_CLAIMS)
    found = _found(request, pk)
    if found.claim_id:
        raise Http404
    context = {
        "settlement": found,
        "result": found.calculation.result,
        "capitals": in_capitals(abs(found.fund_pay_sumamt)),
        "later": list(found.follow_ups.all()),
        "reversal": getattr(found, "reversal", None),
    }
    return render(request, "settlement/settlement_sheet.html", context)


def _found(request: StaffRequest, pk: int, right: Right = Right.SEE_CLAIMS) -> Settlement:
    joined = (
        *("area", "person__area", "filing", "claim", "treatment_area__parent__parent", "hospital", "made_by"),
        *("calculation__policy", "own_calculation", "reverses__made_by", "reversal__made_by"),
    )
    return get_object_or_404(Settlement.objects.visible_to(request.user, right).select_related(*joined), pk=pk)


def _page(
    request: StaffRequest,
    found: Settlement,
    *,
    form: ReversalForm | None = None,
    reasons: tuple[Reason, ...] = (),
) -> HttpResponse:
    reversal = getattr(found, "reversal", None)
    reach = reach_of(request.user)
    may_reverse = (
        not found.claim_id
        and not found.reverses_id
        and reversal is None
        and reach.covers(Right.REVERSE_SETTLEMENTS, found.area_id)
    )
    context: dict[str, Any] = {
        "settlement": found,
        "status": settlement_badge(found),
        "reversal": reversal,
        "amounts": amounts_of(found),
        "result": found.calculation.result,
        "later": list(found.follow_ups.all()),
        "entries": list(found.entries.all()),
        "refused": reasons,
        "form": (form or ReversalForm()) if may_reverse else None,
        "is_open": form is not None,
        "platform": settlement_panel(request, found),
        "may_see_filing": found.area_id in reach.areas_of(Right.SEE_FILINGS),
        "may_see_claim": Claim.objects.visible_to(request.user).filter(pk=found.claim_id or 0).exists(),
    }
    return render(request, "settlement/settlement.html", context, status=422 if form or reasons else 200)
