"""Settlements of people from elsewhere at our hospitals: the list, one settlement, its id number, imports."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.listing import Column, ListPage, badge
from hospitals.templatetags.portal import yuan
from hospitals.views.import_pages import IMPORT_COLUMNS, ImportPages
from settlement import tasks
from settlement.forms.hospital_clearing import InboundListForm
from settlement.hospital_clearing.filters import InboundFilter
from settlement.hospital_clearing.shown import standing_badge, statement_badge
from settlement.inbound import verbs
from settlement.inbound.filters import InboundImportFilter
from settlement.inbound.recording import reveal_id_number
from settlement.models import HospitalStatement, InboundListImport, InboundSettlement
from settlement.models.inbound import AMOUNTS, FUND_PARTS
from settlement.views.hospital_statements import amount

SEE = Right.SEE_HOSPITAL_CLEARING
PAGE = 100
LABELS = {field.name: field.verbose_name for field in InboundSettlement._meta.concrete_fields}


def _standing(row: InboundSettlement) -> str:
    if row.reverses_id:
        return badge("冲正", "bad")
    return badge("已冲正", "bad") if hasattr(row, "reversal") else ""


def _standing_word(row: InboundSettlement) -> str:
    return "冲正" if row.reverses_id else "已冲正" if hasattr(row, "reversal") else ""


def _statement(row: InboundSettlement) -> HospitalStatement | None:
    return row.line.statement if hasattr(row, "line") else None


class InboundList(ListPage):
    model = InboundSettlement
    title = "来本地就医结算"
    right = SEE
    filterset_class = InboundFilter
    template_name = "settlement/inbound_settlements.html"
    empty_text = "没有符合条件的结算"
    columns = (
        Column("结算ID", lambda row: row.setl_id, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("姓名", lambda row: row.name, kind="nowrap"),
        Column("参保地", lambda row: row.insured_area.name, kind="nowrap"),
        Column("医院", lambda row: row.hospital.name, kind="subject"),
        Column("险种", lambda row: row.get_scheme_display(), kind="nowrap"),
        Column("服务", lambda row: row.get_service_display(), kind="nowrap"),
        Column("结算日期", lambda row: row.settled_on, sort="settled_on", kind="date"),
        amount("总额（元）", "medfee_sumamt"),
        amount("基金支付（元）", "fund_pay_sumamt", sort="fund_pay_sumamt"),
        Column("冲正", _standing, exported=_standing_word),
        Column(
            "清算单",
            lambda row: str(_statement(row) or "未列入"),
            link=lambda row: found.get_absolute_url() if (found := _statement(row)) else "",
            kind="date",
        ),
    )

    def queryset(self) -> QuerySet[Any]:
        joined = ("insured_area", "hospital", "reversal", "line__statement")
        return InboundSettlement.objects.select_related(*joined)

    def extra_context(self) -> dict[str, Any]:
        return {"here": "inbound", "may_import": IMPORTS.may_import(self.request.user)}


@require_GET
def settlement(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@require_POST
def id_number(request: StaffRequest, pk: int) -> HttpResponse:
    """The whole number, asked for and put on record; posted, so that it stands in no address and no cache."""
    require(request.user, Right.REVEAL_ID)
    found = _found(request, pk)
    if found.area_id not in reach_of(request.user).areas_of(Right.REVEAL_ID):
        return _page(request, found)
    context = {"settlement": found, "revealed": reveal_id_number(by=request.user, settlement=found)}
    if request.htmx:
        response = render(request, "settlement/inbound_id_number.html", context)
    else:
        response = _page(request, found, **context)
    response["Cache-Control"] = "no-store"
    return response


def _found(request: StaffRequest, pk: int) -> InboundSettlement:
    require(request.user, SEE)
    joined = ("area", "insured_area", "hospital", "reverses", "reversal", "line__statement")
    return get_object_or_404(InboundSettlement.objects.visible_to(request.user).select_related(*joined), pk=pk)


def _page(request: StaffRequest, found: InboundSettlement, **further: Any) -> HttpResponse:
    statement = _statement(found)
    deductions = found.deductions.select_related("statement").order_by("pk")
    always = ("medfee_sumamt", "inscp_scp_amt", "act_pay_dedc", "fund_pay_sumamt", "psn_part_amt")
    context = {
        "settlement": found,
        "standing": _standing(found),
        "reversal": getattr(found, "reversal", None),
        "statement": statement,
        "statement_status": statement_badge(statement) if statement else "",
        "deductions": [(row, standing_badge(row)) for row in deductions],
        "amounts": [
            (LABELS[name], yuan(value), name in FUND_PARTS)
            for name in AMOUNTS
            if (value := getattr(found, name)) or name in always
        ],
        "may_reveal": found.area_id in reach_of(request.user).areas_of(Right.REVEAL_ID),
        **further,
    }
    return render(request, "settlement/inbound_settlement.html", context)


class InboundImports(ImportPages):
    model = InboundListImport
    name = "inbound"
    right = Right.RECORD_HOSPITAL_CLEARING
    verbs = verbs
    preview_job, apply_job = tasks.preview_inbound, tasks.apply_inbound
    form = InboundListForm
    title = "导入来本地就医结算"
    hint = "先看预览，确认后才登记。已登记的不会重复登记；有误的行不影响其他各笔，可改正后再次上传。"
    subject = "姓名"
    left_alone = "结算"
    deed = "登记"
    template = "settlement/inbound_import.html"

    def take_in(self, request: StaffRequest, form: InboundListForm, data: bytes) -> InboundListImport:
        given = form.cleaned_data
        return verbs.upload(data=data, file_name=given["file"].name, area=given["area"], by=request.user)

    def rows_of(self, found: InboundListImport, action: str, after: int) -> tuple[list[Any], int]:
        steps = found.steps.filter(action=action, position__gt=after).order_by("position")
        rows = list(steps[: PAGE + 1])
        shown = [{"row": row, "faults": verbs.shown_faults(found, row)} for row in rows[:PAGE]]
        return shown, rows[PAGE - 1].position if len(rows) > PAGE else 0


IMPORTS = InboundImports()


class InboundImportList(ListPage):
    model = InboundListImport
    title = "导入来本地就医结算"
    right = SEE
    filterset_class = InboundImportFilter
    template_name = "settlement/inbound_imports.html"
    empty_text = "还没有导入过"
    columns = IMPORT_COLUMNS

    def queryset(self) -> QuerySet[Any]:
        return IMPORTS.queryset()

    def extra_context(self) -> dict[str, Any]:
        return {"here": "imports", "may_import": IMPORTS.may_import(self.request.user)}
