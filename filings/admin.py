"""Filing policies in Django admin.  The policy's page shows all; a rule has a page of its own for its materials."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from filings import case_admin  # noqa: F401 - registers people and filings
from filings.models import (
    FilingAdvice,
    FilingChannel,
    FilingClause,
    FilingDisease,
    FilingLock,
    FilingMeasure,
    FilingPolicy,
    FilingProcedure,
    FilingRule,
    RequiredMaterial,
)
from filings.vocabulary import Asked, Category, Material
from hospitals.access import Right
from hospitals.admin_access import VisibleAdmin
from hospitals.policy_admin import PolicyAdmin, PolicyRows, may_keep
from hospitals.vocabulary import Level, Term

NARROW = {"class": "", "size": 8}


def several(label: Any, terms: type[Term], help_text: Any = "", *, size: int = 4) -> forms.MultipleChoiceField:
    """Several codes of a term, often none."""
    return forms.MultipleChoiceField(
        label=label,
        choices=terms.choices(),
        required=False,
        help_text=help_text,
        widget=forms.SelectMultiple(attrs={"size": size}),
    )


class RuleForm(forms.ModelForm):
    class Meta:
        widgets = {"text": forms.Textarea(attrs={"cols": 22, "rows": 3}), "section": forms.TextInput(attrs=NARROW)}


class RuleRows(PolicyRows):
    """The main columns; the rest is kept on the rule's own page."""

    model = FilingRule
    form = RuleForm
    show_change_link = True
    fields = ("category", "variant", "scheme", "scope", "occasion", "handling", "tier", "text", "section", "further")
    readonly_fields = ("further",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("material_rows")

    @admin.display(description=_("其他"))
    def further(self, rule: FilingRule) -> str:
        return format_html_join("", "<div>{}</div>", ((line,) for line in rule.further)) if rule.pk else ""


class ChannelForm(forms.ModelForm):
    categories = forms.MultipleChoiceField(
        label=_("适用类别"),
        choices=Category.choices(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("不选为全部类别"),
    )
    asks = several(_("另须登记"), Asked)


class ChannelRows(PolicyRows):
    model = FilingChannel
    form = ChannelForm
    readonly_fields = ("served", "registered")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        categories, asks = ("served", "registered") if obj and not obj.is_draft else ("categories", "asks")
        return ("channel", categories, "without_materials", "without_review", "backdates", asks, "section")

    @admin.display(description=_("适用类别"))
    def served(self, row: FilingChannel) -> str:
        return "、".join(Category.name_of(code) for code in row.categories) or str(_("全部"))

    @admin.display(description=_("另须登记"))
    def registered(self, row: FilingChannel) -> str:
        return "、".join(Asked.name_of(code) for code in row.asks)


class LockRows(PolicyRows):
    model = FilingLock


class ClauseRows(PolicyRows):
    model = FilingClause


class DiseaseRows(PolicyRows):
    model = FilingDisease


class MeasureRows(PolicyRows):
    model = FilingMeasure


class ProcedureForm(forms.ModelForm):
    one_of = forms.MultipleChoiceField(
        label=_("材料（有其一即可）"), choices=Material.choices(), widget=forms.SelectMultiple(attrs={"size": 4})
    )


class ProcedureRows(PolicyRows):
    model = FilingProcedure
    form = ProcedureForm
    readonly_fields = ("asked",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        materials = "asked" if obj and not obj.is_draft else "one_of"
        return ("procedure", materials, "originals", "copies", "note", "section")

    @admin.display(description=_("材料（有其一即可）"))
    def asked(self, row: FilingProcedure) -> str:
        return row.as_material().group.label


class AdviceRows(PolicyRows):
    model = FilingAdvice


@admin.register(FilingPolicy)
class FilingPolicyAdmin(PolicyAdmin):
    inlines = (RuleRows, ChannelRows, LockRows, DiseaseRows, MeasureRows, ProcedureRows, AdviceRows, ClauseRows)


class MaterialForm(forms.ModelForm):
    one_of = forms.MultipleChoiceField(label=_("材料（有其一即可）"), choices=Material.choices())
    listed_only = several(_("仅限转诊目录内病种"), Material, _("其中只对目录内病种有效的材料"))

    class Meta:
        widgets = {
            "title": forms.Textarea(attrs={"cols": 16, "rows": 3}),
            "note": forms.Textarea(attrs={"cols": 22, "rows": 3}),
            "condition": forms.Textarea(attrs={"cols": 16, "rows": 3}),
            "section": forms.TextInput(attrs=NARROW),
        }


class MaterialRows(PolicyRows):
    model = RequiredMaterial
    form = MaterialForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = ("originals", "copies", "title", "note", "condition", "section")
        return fields if obj and not obj.policy.is_draft else ("one_of", "listed_only", *fields)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may_keep(request, obj.policy)

    has_change_permission = has_delete_permission = has_add_permission


class RulePageForm(forms.ModelForm):
    asks = several(_("另须登记"), Asked)
    issuer_levels = several(_("转诊证明开具医院级别"), Level)


@admin.register(FilingRule)
class FilingRuleAdmin(VisibleAdmin):
    """Reached from the policy's page, and left for it."""

    see_right = Right.SEE_POLICIES
    change_right = Right.KEEP_POLICIES
    form = RulePageForm
    fields = (
        ("category", "variant", "occasion"),
        ("scheme", "scope", "employment"),
        ("handling", "tier", "settlement", "prevails"),
        ("backdating", "backdate_days", "backdating_section"),
        ("deadline_days", "deadline_section"),
        ("issuer_levels", "issuer_highest", "issuer_section"),
        "asks",
        ("text", "section"),
        "caveat",
        "assumption",
    )
    inlines = (MaterialRows,)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_keep(request, obj and obj.policy)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may_keep(request, obj.policy)

    def change_right_covers(self, reach: Any, obj: FilingRule) -> bool:
        return reach.covers(Right.KEEP_POLICIES, obj.policy.area_id)

    def response_post_save_change(self, request: HttpRequest, obj: FilingRule) -> HttpResponseRedirect:
        return redirect("admin:filings_filingpolicy_change", obj.policy_id)
