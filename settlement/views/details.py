"""The details of a claim's cost: shown, taken in from a workbook, given out as one."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.reasons import Reason, Refused
from settlement.claims.contents import details_in
from settlement.claims.details import sums_by_class
from settlement.forms.details import ConfirmForm, WorkbookForm
from settlement.item_lists import verbs
from settlement.item_lists.planning import ItemList
from settlement.models import Claim
from settlement.vocabulary import Detail

PAGE_SIZE = 100
FOLDED = 50  # rows on the claim's own page
MOST_FAULTS = 200


@require_http_methods(["GET", "POST"])
def details(request: StaffRequest, pk: int) -> HttpResponse:
    """Every row, page by page; a workbook posted here comes back as a preview, and nothing is written."""
    require(request.user, Right.SEE_CLAIMS)
    claim = _claim(request, pk, Right.SEE_CLAIMS if request.method == "GET" else Right.ACCEPT_CLAIMS)
    if request.method == "GET":
        return _page(request, claim, WorkbookForm())
    form = WorkbookForm(request.POST, request.FILES)
    if not claim.is_editable:
        form.add_error(None, _("当前状态为“%s”，不能导入") % claim.get_status_display())
    if not form.is_valid():
        return _page(request, claim, form)
    try:
        found, token = verbs.preview(claim=claim, data=form.cleaned_data["file"].read())
    except Refused as refused:
        return _page(request, claim, form, refused=refused.reasons)
    return _page(request, claim, form, found=found, confirm=ConfirmForm(initial={"token": token}))


@require_POST
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """Take in what was previewed."""
    require(request.user, Right.ACCEPT_CLAIMS)
    claim = _claim(request, pk, Right.ACCEPT_CLAIMS)
    form = ConfirmForm(request.POST)
    token = form.cleaned_data["token"] if form.is_valid() else ""
    try:
        changed = verbs.apply(by=request.user, claim=claim, token=token)
    except Refused as refused:
        return _page(request, _claim(request, pk), WorkbookForm(), refused=refused.reasons)
    messages.success(request, _("已导入明细 %(rows)d 行，医疗费总额 %(total).2f 元") % _said(changed))
    return redirect(changed)


@require_GET
def export(request: StaffRequest, pk: int) -> HttpResponseBase:
    require(request.user, Right.EXPORT)
    return verbs.give_out(_claim(request, pk, Right.EXPORT))


@require_GET
def template(request: StaffRequest) -> HttpResponseBase:
    """An empty workbook to fill in."""
    require(request.user, Right.ACCEPT_CLAIMS)
    return verbs.template()


def details_shown(claim: Claim) -> dict[str, Any]:
    """What the claim's page shows of them: sums by class, the first rows, how many there are.  One query, none by
    totals."""
    rows = list(claim.items.all()) if claim.detail != Detail.TOTALS else []
    sums = sums_by_class(details_in(claim, rows))
    return {"details": rows[:FOLDED], "details_count": len(rows), "class_sums": sums, "by_item": _by_item(claim)}


def _by_item(claim: Claim) -> bool:
    return claim.detail == Detail.BY_ITEM


def _said(claim: Claim) -> dict[str, Any]:
    return {"rows": claim.items.count(), "total": claim.total}


def _claim(request: StaffRequest, pk: int, right: Right = Right.SEE_CLAIMS) -> Claim:
    claims = Claim.objects.visible_to(request.user, right).select_related("person", "area")
    return get_object_or_404(claims, pk=pk)


def _page(
    request: StaffRequest,
    claim: Claim,
    form: WorkbookForm,
    *,
    refused: tuple[Reason, ...] = (),
    found: ItemList | None = None,
    confirm: ConfirmForm | None = None,
) -> HttpResponse:
    page = Paginator(claim.items.all(), PAGE_SIZE).get_page(request.GET.get("page"))
    reach = reach_of(request.user)
    context = {
        "claim": claim,
        "page": page,
        "by_item": _by_item(claim),
        "may_import": claim.is_editable and reach.covers(Right.ACCEPT_CLAIMS, claim.area_id, claim.hall_id),
        "may_export": reach.covers(Right.EXPORT, claim.area_id, claim.hall_id),
        "form": form,
        "refused": refused,
        "found": found,
        "faults": found.faults[:MOST_FAULTS] if found else [],
        "sums": sums_by_class(found.details) if found and found.cost else [],
        "confirm": confirm if found and not found.faults else None,
    }
    faulty = refused or form.errors or (found and found.faults)
    return render(request, "settlement/details.html", context, status=422 if faulty else 200)
