"""People and filings in Django admin: to look at, with their history; what changes them are the pages' verbs."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from filings.decision import counted
from filings.models import (
    Commitment,
    CommitmentItem,
    Filing,
    FilingChange,
    InsuredPerson,
    Participation,
    Sanction,
    SocialSecurityCard,
)
from filings.vocabulary import Material
from hospitals.access import Right
from hospitals.admin_access import ReadOnlyRows, VisibleAdmin, numbered


class ParticipationRows(ReadOnlyRows):
    model = Participation
    fields = (
        *("scheme", "employment", "employer", "starts_on", "ends_on", "contributions_paid_through"),
        *("continuous_since", "waiting_until", "hardship", "is_civil_servant"),
    )


class CardRows(ReadOnlyRows):
    model = SocialSecurityCard
    fields = ("number", "generation", "bank", "issued_on", "status")


@admin.register(InsuredPerson)
class InsuredPersonAdmin(VisibleAdmin):
    see_right = Right.SEE_PEOPLE
    list_display = ("name", "masked_number", "sex", "birth_date", "area", "created_at")
    list_select_related = ("area",)
    list_filter = (("area", admin.RelatedOnlyFieldListFilter), "sex")
    search_fields = ("name__startswith", "initials__startswith")
    search_help_text = _("姓名或简拼；证件号码和卡号请在页首的查找框中输入")
    fields = ("area", "name", "id_type", "masked_number", "sex", "birth_date", "created_at")
    ordering = ("-pk",)
    inlines = (ParticipationRows, CardRows)

    @admin.display(description=_("证件号码"))
    def masked_number(self, person: InsuredPerson) -> str:
        return person.masked_id_number


@admin.register(Filing)
class FilingAdmin(VisibleAdmin):
    see_right = Right.SEE_FILINGS
    list_display = ("number", "person", "category", "destination", "start_on", "end_on", "status", "area", "hall")
    list_select_related = ("person", "destination", "area", "hall")
    list_filter = ("status", "category", "scope", ("area", admin.RelatedOnlyFieldListFilter))
    exclude = ("decision", "request_token")
    ordering = ("-pk",)
    number = numbered(_("备案号"))


@admin.register(FilingChange)
class FilingChangeAdmin(VisibleAdmin):
    see_right = Right.SEE_FILINGS
    list_display = ("number", "kind", "person", "filing", "destination", "on", "status", "area", "hall")
    list_select_related = ("person", "filing", "destination", "area", "hall")
    list_filter = ("status", "kind", "category", ("area", admin.RelatedOnlyFieldListFilter))
    exclude = ("decision", "request_token", "agent_id_number", "materials")
    readonly_fields = ("seen",)
    ordering = ("-pk",)
    number = numbered(_("受理号"))

    @admin.display(description=_("材料"))
    def seen(self, change: FilingChange) -> str:
        seen = ((Material.name_of(code), counted(*counts)) for code, counts in change.materials.items())
        return "、".join(f"{name}（{counts}）" if counts else name for name, counts in seen)


class CommitmentItemRows(ReadOnlyRows):
    model = CommitmentItem
    fields = ("label", "material", "seen_originals", "seen_copies", "handed_in_on", "received_by")
    readonly_fields = ("label",)

    @admin.display(description=_("材料（有其一即可）"))
    def label(self, item: CommitmentItem) -> str:
        return item.group.label


@admin.register(Commitment)
class CommitmentAdmin(VisibleAdmin):
    see_right = Right.SEE_FILINGS
    list_display = ("number", "person", "purpose", "signed_on", "due_on", "status", "area", "hall", "problem")
    list_select_related = ("person", "area", "hall")
    list_filter = ("status", "purpose", ("area", admin.RelatedOnlyFieldListFilter))
    ordering = ("-pk",)
    inlines = (CommitmentItemRows,)
    number = numbered(_("承诺编号"))


@admin.register(Sanction)
class SanctionAdmin(VisibleAdmin):
    see_right = Right.SEE_FILINGS
    list_display = ("number", "person", "measure", "starts_on", "ends_on", "status", "area")
    list_select_related = ("person", "area")
    list_filter = ("status", "measure", ("area", admin.RelatedOnlyFieldListFilter))
    ordering = ("-pk",)
    number = numbered(_("处理编号"))
