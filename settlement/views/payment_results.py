"""Results of payments as pages: upload, preview, confirm, faulty rows back."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone

from filings.identity import masked
from hospitals.access import Right, StaffRequest
from hospitals.list_imports import ShownFault
from hospitals.listing import ListPage
from hospitals.views.import_pages import IMPORT_COLUMNS, ImportPages
from settlement import tasks
from settlement.forms.hospital_clearing import HospitalResultForm
from settlement.forms.payments import ResultForm
from settlement.hospital_clearing.filters import HospitalResultFilter
from settlement.models import HospitalResultImport, ResultImport
from settlement.models.payment_results import ResultFile
from settlement.payment_filters import ResultFilter
from settlement.payments.results import verbs
from settlement.payments.results.columns import HEADINGS

PAGE = 100


class ResultPages(ImportPages):
    model: ClassVar[Any] = ResultImport
    name = "payment_result"
    right = Right.RELEASE_CLAIMS
    verbs = verbs
    preview_job, apply_job = tasks.preview_results, tasks.apply_results
    form = ResultForm
    title = "收取拨付结果"
    hint = (
        "每一行按付款编号、账号和金额与送出的核对：先看预览，确认后才登记。"
        "有误的行不影响其他各笔，可与银行核实改正后再次上传。"
    )
    subject = "收款人"
    left_alone = "付款"
    deed = "登记"
    template = "settlement/payment_results.html"
    worker_rows = 200
    joined: tuple[str, ...] = ("payment__batch",)

    def take_in(self, request: StaffRequest, form: ResultForm, data: bytes) -> Any:
        given = form.cleaned_data
        return verbs.upload(
            of=self.model,
            data=data,
            file_name=given["file"].name,
            area=given["area"],
            paid_on=given["paid_on"],
            on=timezone.localdate(),
            by=request.user,
        )

    def rows_of(self, found: Any, action: str, after: int) -> tuple[list[Any], int]:
        steps = found.steps.filter(action=action, position__gt=after).select_related(*self.joined)
        rows = list(steps.order_by("position")[: PAGE + 1])
        accounts = {found.headings.get("account", ""), HEADINGS["account"]}
        shown = [
            {
                "row": row,
                "faults": [
                    ShownFault(
                        fault["column"],
                        masked(fault["value"]) if fault["column"] in accounts and fault["value"] else fault["value"],
                        fault["text"],
                        fault.get("source", ""),
                    )
                    for fault in row.faults
                ],
            }
            for row in rows[:PAGE]
        ]
        return shown, rows[PAGE - 1].position if len(rows) > PAGE else 0


class HospitalResultPages(ResultPages):
    model = HospitalResultImport
    name = "hospital_result"
    right = Right.PAY_HOSPITALS
    preview_job, apply_job = tasks.preview_hospital_results, tasks.apply_hospital_results
    form = HospitalResultForm
    title = "收取医疗机构拨付结果"
    hint = (
        "每一行按付款编号、账号和金额与拨付单核对：先看预览，确认后才登记。"
        "有误的行不影响其他各笔，可与银行核实改正后再次上传。"
    )
    joined = ("payment__batch", "payment__statement__hospital")


PAGES, HOSPITALS = ResultPages(), HospitalResultPages()


class ResultList(ListPage):
    pages: ClassVar[ResultPages] = PAGES
    model: type[ResultFile] = ResultImport
    title = "拨付结果"
    right = Right.SEE_PAYMENTS
    filterset_class = ResultFilter
    template_name = "settlement/payment_result_list.html"
    empty_text = "还没有收取过结果"
    columns = IMPORT_COLUMNS

    def queryset(self) -> QuerySet[Any]:
        return self.pages.queryset()

    def extra_context(self) -> dict[str, Any]:
        return {"here": "results", "may_import": self.pages.may_import(self.request.user)}


class HospitalResultList(ResultList):
    pages = HOSPITALS
    model = HospitalResultImport
    title = "医疗机构拨付结果"
    right = Right.SEE_HOSPITAL_CLEARING
    filterset_class = HospitalResultFilter
    template_name = "settlement/hospital_results.html"
