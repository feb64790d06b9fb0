"""Benefit policies in Django admin: a table for each kind of row."""

from base64 import b64decode, b64encode
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, reach_of
from hospitals.policy_admin import PolicyAdmin, PolicyRows
from hospitals.reasons import Refused
from settlement.benefit_tables import verbs
from settlement.benefit_tables.shown import shown
from settlement.models import (
    BenefitPolicy,
    CeilingRow,
    ComponentRatioRow,
    ComponentRow,
    ContinuousRow,
    CountingRow,
    DeductibleRow,
    DestinationRow,
    FollowUpRow,
    HardshipRow,
    LaterStayRow,
    RatioRow,
    ReductionRow,
)
from settlement.models.policy_components import INSURED
from settlement.models.policy_rows import WHOM

SAID = ("section", "assumed")
MOST_BYTES = 2 * 1024 * 1024


class BenefitRows(PolicyRows):
    classes = ("plain-rows",)


class DeductibleRows(BenefitRows):
    model = DeductibleRow
    fields = (*WHOM, "number", *SAID)


class RatioRows(BenefitRows):
    model = RatioRow
    fields = (*WHOM, "above", "number", *SAID)


class CeilingRows(BenefitRows):
    model = CeilingRow
    fields = (*WHOM, "number", *SAID)


class CountingRows(BenefitRows):
    model = CountingRow
    fields = (*WHOM, "counting", *SAID)


class LaterStayRows(BenefitRows):
    model = LaterStayRow
    fields = (*WHOM, "from_stay", "lowering", "number", "floor", *SAID)


class ReductionRows(BenefitRows):
    model = ReductionRow
    fields = (*WHOM, "reduction", "number", *SAID)


class WordyForm(forms.ModelForm):
    """Sentences take more than a line."""

    class Meta:
        widgets = {name: forms.Textarea(attrs={"cols": 40, "rows": 2}) for name in ("remark", "text")}


class ContinuousRows(BenefitRows):
    model = ContinuousRow
    form = WordyForm


class DestinationRows(BenefitRows):
    model = DestinationRow
    form = WordyForm


class ComponentRows(BenefitRows):
    model = ComponentRow
    fields = (*INSURED, "threshold", "ceiling", *SAID)


class ComponentRatioRows(BenefitRows):
    model = ComponentRatioRow
    fields = (*INSURED, "above", "number", *SAID)


class HardshipRows(BenefitRows):
    model = HardshipRow


class FollowUpRows(BenefitRows):
    model = FollowUpRow
    form = WordyForm


class WorkbookForm(forms.Form):
    file = forms.FileField(
        label=_("工作簿"), help_text=_("先导出，改好再导入；工作表里没有的行将删除，工作簿里没有的工作表不动")
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("文件超过 2 MB"))
        return file


class PreviewedForm(forms.Form):
    """What the preview hands to the confirmation: the very file, and the token that holds for it."""

    content = forms.CharField(widget=forms.HiddenInput)
    token = forms.CharField(widget=forms.HiddenInput)
    file_name = forms.CharField(widget=forms.HiddenInput)

    def clean_content(self) -> bytes:
        try:
            return b64decode(self.cleaned_data["content"], validate=True)
        except ValueError:
            raise forms.ValidationError(_("文件内容有误")) from None


@admin.register(BenefitPolicy)
class BenefitPolicyAdmin(PolicyAdmin):
    change_form_template = "admin/benefit_policy.html"
    inlines = (
        *(DeductibleRows, RatioRows, CeilingRows),
        *(CountingRows, LaterStayRows, ContinuousRows),
        *(ReductionRows, DestinationRows),
        *(ComponentRows, ComponentRatioRows, HardshipRows, FollowUpRows),
    )

    def get_urls(self) -> list[URLPattern]:
        steps = (("export", self.export_view), ("import", self.import_view), ("confirm", self.confirm_view))
        own = [
            path(f"<int:pk>/{step}/", self.admin_site.admin_view(view), name=f"settlement_benefitpolicy_{step}")
            for step, view in steps
        ]
        return own + super().get_urls()

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The tables of a version as a workbook."""
        policy = self.get_queryset(request).filter(pk=pk).first()
        if policy is None:
            raise Http404
        if not reach_of(request.user).covers(Right.EXPORT, policy.area_id):
            raise PermissionDenied(_("不在您的管辖范围内"))
        return verbs.give_out(policy)

    def import_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks for the workbook, then shows what it would change; nothing is written."""
        policy = self._own(request, pk)
        form = WorkbookForm(request.POST or None, request.FILES or None)
        context: dict[str, Any] = {}
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            data = file.read()
            try:
                plan, token = verbs.preview(policy=policy, data=data)
            except Refused as refused:
                form.add_error("file", str(refused))
            else:
                given = {"content": b64encode(data).decode(), "token": token, "file_name": file.name[:100]}
                context = {"plan": plan, "tables": shown(plan), "confirm": PreviewedForm(initial=given)}
        context |= {
            **self.admin_site.each_context(request),
            "title": f"导入待遇表：{policy}",
            "verb": _("导入待遇表"),
            "form": form,
            "object": policy,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/benefit_import.html", context)

    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Carries out what was previewed."""
        policy = self._own(request, pk)
        form = PreviewedForm(request.POST or None)
        if not form.is_valid():
            return redirect("admin:settlement_benefitpolicy_import", policy.pk)
        given = form.cleaned_data
        try:
            changed = verbs.apply(
                policy=policy,
                data=given["content"],
                token=given["token"],
                file_name=given["file_name"],
                by=request.user,
            )
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("已导入，共改动 %(count)d 行。") % {"count": changed})
        return redirect(*self._page(policy))
