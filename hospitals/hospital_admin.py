"""Hospitals in Django admin.  A list goes the same way here as on the pages: one check, one plan, one record."""

from typing import Any

import tablib
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.admin import ImportExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX, Format
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm
from import_export.resources import ModelResource
from import_export.results import Error, Result, RowResult

from hospitals.access import Right, User, reach_of
from hospitals.admin_access import VisibleAdmin
from hospitals.carried_files import LARGEST, CarriedFile
from hospitals.forms import areas_kept_by
from hospitals.hospital_lists import verbs
from hospitals.hospital_lists.columns import HEADINGS
from hospitals.hospital_lists.planning import Planned
from hospitals.models import Area, Hospital, NetworkedService
from hospitals.reasons import Refused
from hospitals.sheets import Table, Unreadable
from hospitals.vocabulary import ListAction, ListStrategy, Scope

LONGEST = 1_000  # rows; a longer list is for the page, which has a worker
ROW_TYPES = {
    ListAction.NEW: RowResult.IMPORT_TYPE_NEW,
    ListAction.CHANGED: RowResult.IMPORT_TYPE_UPDATE,
    ListAction.WITHDRAWN: RowResult.IMPORT_TYPE_DELETE,
    ListAction.SAME: RowResult.IMPORT_TYPE_SKIP,
    ListAction.SKIPPED: RowResult.IMPORT_TYPE_SKIP,
}
SHOWN = {
    "name": HEADINGS["name"],
    "code": HEADINGS["code"],
    "level_text": HEADINGS["level"],
    "address": HEADINGS["address"],
    "phone": HEADINGS["phone"],
    "batch": HEADINGS["batch"],
}


class ListDataset(tablib.Dataset):
    """A list as the portal reads it."""

    content: bytes
    table: Table


class ListFormat(Format):
    """Any list that the portal reads; its content says what it is."""

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = encoding

    def get_title(self) -> str:
        return _("医院名单（xlsx、xls、csv）")

    def can_import(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes) -> ListDataset:
        table = verbs.read_list(in_stream)
        dataset = ListDataset(*([row.values["name"]] for row in table.rows), headers=[HEADINGS["name"]])
        dataset.content, dataset.table = in_stream, table
        return dataset


class HospitalResource(ModelResource):
    """Lists in by way of hospitals.hospital_lists; hospitals out as plain columns."""

    area = Field("area__full_name", _("统筹区"))
    county = Field("county__name", HEADINGS["county"])
    name = Field("name", SHOWN["name"])
    code = Field("code", SHOWN["code"])
    level_text = Field("level_text", SHOWN["level_text"])
    address = Field("address", SHOWN["address"])
    phone = Field("phone", SHOWN["phone"])
    batch = Field("batch", SHOWN["batch"])

    class Meta:
        model = Hospital
        fields = ("area", "county", "name", "code", "level_text", "address", "phone", "batch")
        name = _("联网医院")

    def import_data(self, dataset: ListDataset, dry_run: bool = False, *, form: Any, **kwargs: Any) -> Result:
        """The plan as admin's preview shows it; without `dry_run` carried out, if it still is what was previewed."""
        result = Result()
        result.diff_headers = [_("行"), *SHOWN.values()]
        area, strategy = form.cleaned_data["area"], ListStrategy(form.cleaned_data["strategy"])  # type: ignore[call-arg]
        try:
            if len(dataset) > LONGEST:
                raise Refused.because(
                    "long_list", _("超过 %(rows)s 行的名单请在“名单导入”页面导入") % {"rows": LONGEST}
                )
            seen = verbs.forecast(table=dataset.table, area=area, strategy=strategy, scope=Scope.CROSS_PROVINCE)
            verbs.check_withdrawals(seen.plan.count(ListAction.WITHDRAWN), seen.plan.active, allowed=False)
            for step in seen.plan.steps:
                _show(result, step)
            form.directory_state = seen.directory.fingerprint()
            if not dry_run:
                _carry_out(seen, dataset, form, kwargs["file_name"], kwargs["user"])
        except Refused as refusal:
            result.append_base_error(Error(refusal))
        return result


def _show(result: Result, step: Planned) -> None:
    row = step.entry.row if step.entry else None
    values = [str(row.number) if row else "—", *(getattr(step.final, name) for name in SHOWN)]
    if row and step.action is ListAction.INVALID:
        causes: dict[str, list[str]] = {}
        for fault in row.faults:
            causes.setdefault(fault.column, []).append(fault.text)
        given = (row.values.get(name.removesuffix("_text"), "") for name in SHOWN)
        cells = dict(zip(result.diff_headers, [str(row.number), *given], strict=True))
        result.append_invalid_row(row.number, cells, ValidationError(causes))
        return
    shown = RowResult()
    shown.import_type = ROW_TYPES[step.action]
    for position, name in enumerate(SHOWN, 1):
        if name in step.changes:
            before, after = step.changes[name]
            values[position] = f"{before or _('（空）')} → {after}"
    shown.diff = values
    result.append_row_result(shown)
    result.increment_row_result_total(shown)
    result.total_rows += 1


def _carry_out(seen: verbs.Forecast, dataset: ListDataset, form: Any, file_name: str, user: Any) -> None:
    if form.cleaned_data["directory_state"] != seen.directory.fingerprint():
        raise Refused.because("changed_meanwhile", _("预览之后名录有改动，请重新预览"))
    with transaction.atomic():
        list_import = verbs.upload(
            data=dataset.content,
            file_name=file_name,
            area=form.cleaned_data["area"],
            strategy=ListStrategy(form.cleaned_data["strategy"]),  # type: ignore[call-arg]
            scope=Scope.CROSS_PROVINCE,
            allow_many_withdrawals=False,
            by=user,
        )
        verbs.keep(list_import=list_import, seen=seen, by=user)
        verbs.apply(list_import=list_import, by=user, on=timezone.localdate())


class OwnAreas(forms.Form):
    """Whose list it is: an area whose directory the user keeps."""

    area = forms.ModelChoiceField(Area.objects.none(), label="统筹区", empty_label=None)
    strategy = forms.ChoiceField(label="导入方式", choices=ListStrategy.choices)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas_kept_by(user, Right.KEEP_DIRECTORY).select_related("parent")  # type: ignore[attr-defined]


class ListImportForm(OwnAreas, ImportForm):
    field_order = ("resource", "area", "import_file", "format", "strategy")

    def clean_import_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["import_file"]
        if file.size is not None and file.size > LARGEST:
            size = LARGEST // 1024 // 1024
            raise ValidationError(_("超过 %(size)s MB 的文件请在“名单导入”页面导入") % {"size": size})
        return file


class ListConfirmForm(OwnAreas, ConfirmImportForm):
    directory_state = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("area", "strategy"):
            self.fields[name].widget = forms.HiddenInput()


class ServiceInline(admin.TabularInline):
    model = NetworkedService
    extra = 0


@admin.register(Hospital)
class HospitalAdmin(ImportExportMixin, VisibleAdmin):
    see_right = Right.SEE_DIRECTORY
    change_right = Right.KEEP_DIRECTORY
    resource_classes = [HospitalResource]
    import_formats = [ListFormat]
    export_formats = [CSV, XLSX]
    export_form_class = ExportForm
    import_template_name = "admin/list_import.html"
    import_form_class = ListImportForm
    confirm_form_class = ListConfirmForm
    tmp_storage_class = CarriedFile
    skip_admin_log = True  # the event tables are the history
    inlines = (ServiceInline,)
    list_display = ("name", "area", "county", "code", "level_text", "address", "withdrawn_on")
    list_select_related = ("area", "county")
    list_filter = (("area", admin.RelatedOnlyFieldListFilter), "level")
    search_fields = ("name", "code", "address")
    raw_id_fields = ("county",)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(reach_of(request.user).areas.get(Right.KEEP_DIRECTORY))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return reach_of(request.user).has(Right.EXPORT)

    def get_import_form_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_import_form_kwargs(request), "user": request.user}

    def get_confirm_form_kwargs(self, request: HttpRequest, import_form: Any = None) -> dict[str, Any]:
        return {**super().get_confirm_form_kwargs(request, import_form), "user": request.user}

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_confirm_form_initial(request, import_form)
        if import_form:
            given = import_form.cleaned_data
            initial |= {
                "area": given["area"].pk,
                "strategy": given["strategy"],
                "directory_state": import_form.directory_state,
            }
        return initial

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {}

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {"form": kwargs["form"]}

    def add_data_read_fail_error_to_form(self, form: forms.Form, problem: Exception) -> None:
        if not isinstance(problem, Unreadable):
            raise problem
        form.add_error("import_file", str(problem))

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().process_import(request, **kwargs)
        except BadSignature:
            messages.error(request, _("预览已失效，请重新上传。"))
            return redirect("admin:hospitals_hospital_import")
        return response

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            for error in result.base_errors:
                messages.error(request, f"{error.error}。")
            return redirect("admin:hospitals_hospital_import")
        response: HttpResponse = super().process_result(result, request)
        return response
