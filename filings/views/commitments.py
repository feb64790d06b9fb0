"""Commitments: the list by due day, one commitment's page, what is handed in, the letter and the notice."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from filings.commitment_filters import CommitmentFilter
from filings.commitments import hand_in
from filings.commitments_shown import due_badge, outstanding, sanction_badge, status_badge, time_left
from filings.forms.commitments import HandInForm, asked_of
from filings.lapsing import consequences
from filings.models import Commitment, CommitmentItem
from filings.models.commitment_lifecycle import COMMITMENT_LIFECYCLE
from filings.panels import panels_under
from filings.views.filings import may_reinstate
from filings.views.filings import status_badge as filing_badge
from hospitals.access import Right, StaffRequest, require, staff_name
from hospitals.history import entries
from hospitals.listing import Column, ListPage
from hospitals.reasons import Reason, Refused


class CommitmentList(ListPage):
    model = Commitment
    title = "承诺"
    right = Right.SEE_FILINGS
    filterset_class = CommitmentFilter
    template_name = "filings/commitments.html"
    ordering = "due_on"
    empty_text = "没有符合条件的承诺"
    columns = (
        Column("承诺编号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("姓名", lambda row: row.person.name),
        Column("参保地", lambda row: row.area.name),
        Column("承诺事项", lambda row: row.get_purpose_display()),
        Column("签订日期", lambda row: row.signed_on, kind="date"),
        Column("补齐期限", lambda row: row.due_on, sort="due_on", kind="date"),
        Column(
            "剩余时间",
            lambda row: due_badge(row, timezone.localdate()),
            exported=lambda row: time_left(row, timezone.localdate()),
        ),
        Column("待补材料", outstanding),
        Column("状态", status_badge, exported=lambda row: row.get_status_display()),
        Column("经办人", lambda row: staff_name(row.made_by)),
    )

    def queryset(self) -> QuerySet[Any]:
        return Commitment.objects.select_related("person", "area", "made_by").prefetch_related("items")


@require_GET
def commitment(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, visible_commitment(request, pk))


@require_POST
def take_in(request: StaffRequest, pk: int) -> HttpResponse:
    """What was handed in at the window; refused, the page comes back with the reasons and what was typed."""
    found = visible_commitment(request, pk, Right.FILE)
    form = HandInForm(request.POST, items=found.items.all())
    if not form.is_valid():
        return _page(request, found, form)
    version = form.cleaned_data["version"]
    try:
        kept = hand_in(
            by=request.user, commitment=found, received=form.received(), on=timezone.localdate(), version=version
        )
    except Refused as refused:
        return _page(request, visible_commitment(request, pk), form, refused.reasons)
    messages.success(request, _("已收取，还有材料待补") if kept.is_open else _("材料已补齐"))
    return redirect(found)


@require_GET
def letter(request: StaffRequest, pk: int) -> HttpResponse:
    """承诺补充书: everything that was missing."""
    found = visible_commitment(request, pk)
    return render(request, "filings/commitment_letter.html", _sheet(found, list(found.items.all())))


@require_GET
def notice(request: StaffRequest, pk: int) -> HttpResponse:
    """补正材料通知: what is missing still."""
    found = visible_commitment(request, pk)
    return render(request, "filings/supplement_notice.html", _sheet(found, found.outstanding))


def _sheet(found: Commitment, items: list[CommitmentItem]) -> dict[str, Any]:
    follows = consequences(found)
    return {
        "commitment": found,
        "filing": found.filing,
        "rows": [(item, asked_of(item)) for item in items],
        "consequences": follows,
        "sources": "；".join(dict.fromkeys(reason.source for reason in follows if reason.source)),
    }


def visible_commitment(request: StaffRequest, pk: int, right: Right = Right.SEE_FILINGS) -> Commitment:
    require(request.user, right)
    joined = ("person", "area", "hall", "filing__destination", "policy", "made_by", "closed_by")
    rows = Commitment.objects.visible_to(request.user, right).select_related(*joined)
    return get_object_or_404(rows.prefetch_related("items__received_by"), pk=pk)


def _page(
    request: StaffRequest, found: Commitment, form: HandInForm | None = None, refusal: tuple[Reason, ...] = ()
) -> HttpResponse:
    today = timezone.localdate()
    may_hand_in = any(move.verb == "hand_in" for move in COMMITMENT_LIFECYCLE.open_to(found, request.user))
    items = list(found.items.all())
    form = form or HandInForm(initial={"version": found.version}, items=items)
    sanctions = list(found.sanctions.order_by("pk"))
    context = {
        "commitment": found,
        "filing": found.filing,
        "status": status_badge(found),
        "due": due_badge(found, today),
        "form": form,
        "rows": form.rows(),
        "may_hand_in": may_hand_in and today <= found.due_on,
        "refusal": refusal,
        "consequences": consequences(found),
        "filing_status": filing_badge(found.filing) if found.filing else "",
        "may_reinstate": found.filing is not None and may_reinstate(request.user, found.filing, found),
        "sanctions": [(sanction, sanction_badge(sanction, today)) for sanction in sanctions],
        "panels": list(panels_under(request, found)),
        "history": entries(found, *items, *sanctions),
    }
    is_refused = bool(refusal) or form.is_bound
    return render(request, "filings/commitment.html", context, status=422 if is_refused else 200)
