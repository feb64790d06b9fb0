"""What the platform told: exchanges, stays elsewhere, and where its figures differ from ours."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from filings.register import reveal_id_number
from hospitals.access import Right, StaffRequest, reach_of, require, staff_name
from hospitals.history import entries
from hospitals.listing import Column, ListPage
from hospitals.reasons import Reason, Refused
from hospitals.templatetags.portal import yuan
from settlement.differences import NOT_OURS, decide
from settlement.forms.steps import ReasonForm
from settlement.gateway.filters import AdmissionFilter, DifferenceFilter, ExchangeFilter
from settlement.gateway.shown import (
    admission_badge,
    difference_badge,
    exchange_rows,
    marks_shown,
    message_shown,
    outcome_badge,
    reasons_of,
    transaction_shown,
)
from settlement.models import Admission, Exchange, SettlementDifference
from settlement.models.difference import DIFFERENCE_LIFECYCLE
from settlement.tickets.shown import ticket_of_exchange

VERBS = ("explain", "reopen")


def _person(row: Any) -> str:
    return reverse("person", args=[row.person_id]) if row.person_id else ""


class ExchangeList(ListPage):
    model = Exchange
    title = "平台报文"
    right = Right.SEE_CLAIMS
    filterset_class = ExchangeFilter
    template_name = "gateway/exchanges.html"
    empty_text = "没有符合条件的报文"
    columns = (
        Column("报文ID", lambda row: row.msgid, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("收到时间", lambda row: timezone.localtime(row.received_at).strftime("%Y-%m-%d %H:%M:%S"), kind="date"),
        Column("交易", transaction_shown, kind="nowrap"),
        Column("姓名", lambda row: row.person.name if row.person else "—", link=_person, kind="nowrap"),
        Column("参保地", lambda row: row.area.name if row.area else "—", kind="nowrap"),
        Column("发送机构", lambda row: row.sender_name or row.sender),
        Column("结果", outcome_badge, exported=lambda row: "拒绝" if row.infcode else "成功"),
        Column("错误信息", lambda row: row.err_words, kind="wide"),
    )

    def queryset(self) -> QuerySet[Exchange]:
        return Exchange.objects.select_related("person", "area").defer("request", "reply")


class AdmissionList(ListPage):
    model = Admission
    title = "异地住院"
    right = Right.SEE_CLAIMS
    filterset_class = AdmissionFilter
    template_name = "gateway/admissions.html"
    empty_text = "没有符合条件的异地住院"
    columns = (
        Column("就诊ID", lambda row: row.mdtrt_id, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("姓名", lambda row: row.person.name, link=_person),
        Column("参保地", lambda row: row.area.name),
        Column("就医地", lambda row: row.treatment_area.name),
        Column("医院", lambda row: row.hospital_name),
        Column("服务", lambda row: row.get_service_display()),
        Column("入院日期", lambda row: row.admitted_on, kind="date"),
        Column("出院日期", lambda row: row.discharged_on or "—", kind="date"),
        Column("待遇档次", lambda row: row.get_tier_display()),
        Column("标志", lambda row: "、".join(marks_shown(row)) or "—"),
        Column("状态", admission_badge, exported=lambda row: row.get_status_display()),
    )

    def queryset(self) -> QuerySet[Admission]:
        return Admission.objects.select_related("person", "area", "treatment_area")


class DifferenceList(ListPage):
    model = SettlementDifference
    title = "结算差异"
    right = Right.SEE_CLAIMS
    filterset_class = DifferenceFilter
    template_name = "gateway/differences.html"
    empty_text = "没有符合条件的差异"
    columns = (
        Column(
            "结算编号",
            lambda row: row.settlement.number,
            sort="pk",
            link=lambda row: row.get_absolute_url(),
            kind="date",
        ),
        Column("姓名", lambda row: row.person.name, link=_person),
        Column("参保地", lambda row: row.area.name),
        Column("医院", lambda row: row.settlement.hospital_name),
        Column("平台：基金支付（元）", lambda row: yuan(row.settlement.fund_pay_sumamt), kind="number"),
        Column("不同之处", lambda row: "、".join(one["label"] for one in row.rows) or "不能核算"),
        Column("状态", difference_badge, exported=lambda row: row.get_status_display()),
        Column("核查人", lambda row: staff_name(row.decided_by)),
        Column("说明", lambda row: row.explanation),
    )

    def queryset(self) -> QuerySet[SettlementDifference]:
        return SettlementDifference.objects.select_related("person", "area", "settlement", "decided_by")


@require_GET
def exchange(request: StaffRequest, pk: int) -> HttpResponse:
    return _exchange_page(request, pk, whole=False)


@require_POST
def reveal(request: StaffRequest, pk: int) -> HttpResponse:
    """The message with its numbers of documents; that somebody looked is on record before they see it."""
    require(request.user, Right.REVEAL_ID)
    return _exchange_page(request, pk, whole=True)


@require_GET
def admission(request: StaffRequest, pk: int) -> HttpResponse:
    require(request.user, Right.SEE_CLAIMS)
    joined = ("area", "person", "filing", "treatment_area__parent__parent", "hospital", "settlement")
    found = get_object_or_404(Admission.objects.visible_to(request.user).select_related(*joined), pk=pk)
    exchanges = found.exchanges.visible_to(request.user).defer("request", "reply").order_by("pk")
    context = {
        "admission": found,
        "status": admission_badge(found),
        "marks": marks_shown(found),
        "slips": list(found.slips.select_related("settlement")),
        "exchanges": exchange_rows(exchanges),
        "history": entries(found),
        "may_see_filing": found.area_id in reach_of(request.user).areas_of(Right.SEE_FILINGS),
    }
    return render(request, "gateway/admission.html", context)


@require_GET
def difference(request: StaffRequest, pk: int) -> HttpResponse:
    return _difference_page(request, _difference(request, pk))


@require_POST
def decide_difference(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """A step of the lifecycle; refused, the page comes back with the reasons and what was typed."""
    if verb not in VERBS:
        raise Http404
    found = _difference(request, pk)
    form = ReasonForm(request.POST)
    typed = request.POST.get("reason", "")
    if not form.is_valid():
        faults = tuple(Reason(name, str(text)) for name, texts in form.errors.items() for text in texts)
        return _difference_page(request, found, verb, typed, faults)
    try:
        decide(by=request.user, difference=found, verb=verb, **form.cleaned_data)
    except Refused as refused:
        return _difference_page(request, _difference(request, pk), verb, typed, refused.reasons)
    messages.success(request, _("已%s") % DIFFERENCE_LIFECYCLE.moves[verb].label)
    return redirect(found)


def _exchange_page(request: StaffRequest, pk: int, *, whole: bool) -> HttpResponse:
    require(request.user, Right.SEE_CLAIMS)
    joined = ("area", "person__area", "admission", "settlement")
    found = get_object_or_404(Exchange.objects.visible_to(request.user).select_related(*joined), pk=pk)
    may_reveal = found.person is not None and found.area_id in reach_of(request.user).areas_of(Right.REVEAL_ID)
    if whole and not may_reveal:
        raise Http404
    if whole and found.person:
        reveal_id_number(by=request.user, person=found.person)
    context = {
        "exchange": found,
        "transaction": transaction_shown(found),
        "outcome": outcome_badge(found),
        "reasons": reasons_of(found),
        "request_text": message_shown(found.request, whole=whole),
        "reply_text": message_shown(found.reply, whole=whole),
        "may_reveal": may_reveal and not whole,
        "ticket_panel": ticket_of_exchange(request, found),
    }
    return render(request, "gateway/exchange.html", context)


def _difference(request: StaffRequest, pk: int) -> SettlementDifference:
    require(request.user, Right.SEE_CLAIMS)
    joined = ("area", "person", "decided_by", "settlement__own_calculation")
    return get_object_or_404(SettlementDifference.objects.visible_to(request.user).select_related(*joined), pk=pk)


def _known(amount: str) -> str:
    return amount if amount == NOT_OURS else yuan(amount)


def _difference_page(
    request: StaffRequest,
    found: SettlementDifference,
    failed: str = "",
    typed: str = "",
    refusal: tuple[Reason, ...] = (),
) -> HttpResponse:
    """failed: the step that was refused; its dialog stands open where it may still be taken."""
    moves = DIFFERENCE_LIFECYCLE.open_to(found, request.user)
    own = found.settlement.own_calculation
    context = {
        "difference": found,
        "settlement": found.settlement,
        "status": difference_badge(found),
        "rows": [{**row, "theirs": yuan(row["theirs"]), "ours": _known(row["ours"])} for row in found.rows],
        "own": own.result if own else None,
        "moves": [
            {**asdict(move), "action": reverse("decide_difference", args=[found.pk, move.verb])} for move in moves
        ],
        "dialog": failed,
        "typed": typed,
        "refusal": refusal,
        "is_refused_outright": bool(failed) and failed not in [move.verb for move in moves],
        "history": entries(found),
    }
    return render(request, "gateway/difference.html", context, status=422 if failed else 200)
