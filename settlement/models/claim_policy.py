"""Claim policies: one version of what an area asks for with a manual claim."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from filings.assessment.rules import MaterialGroup
from filings.vocabulary import Category, Material
from hospitals.compiled import CompiledQuery, Given
from hospitals.history import tracked
from hospitals.models import DatedPolicy
from hospitals.models.policy import PolicyQuerySet, immutable_rows
from settlement.claims.checklist import STATED, ClaimRules

_rules_read: dict[tuple[int, dt.datetime | None, dt.date | None], ClaimRules] = {}


class ClaimPolicyQuerySet(PolicyQuerySet):
    def rules_on(self, area: str, day: dt.date) -> ClaimRules | None:
        """The rules in force in an area on a day.  One query: a published version never changes, but for its last day,
        so that its rules are read once a process."""
        policy = self.in_force_once(area, day)
        if policy is None:
            return None
        version = (policy.pk, policy.published_at, policy.ends_on)
        if version not in _rules_read:
            _rules_read[version] = policy.rules()
        return _rules_read[version]

    def rules_on_days(self, area: str, *days: dt.date) -> "LookUp":
        """`rules_on` for some days of an area, in one query for all."""
        versions = _VERSIONS_ON.all(area=area, first=min(days), last=max(days))

        def rules_on(_area: str, day: dt.date) -> ClaimRules | None:
            for *version, starts_on in versions:
                if starts_on <= day and (version[-1] is None or day <= version[-1]):
                    known = _rules_read.get(tuple(version))
                    return known or self.rules_on(area, day)
            return None

        return rules_on


LookUp = Callable[[str, dt.date], ClaimRules | None]


def _hours(label: Any) -> "models.PositiveSmallIntegerField[int | None, int | None]":
    """Within how many hours of working days somebody acts on a failure ticket."""
    return models.PositiveSmallIntegerField(
        label,
        null=True,
        blank=True,
        help_text=_("小时，只计工作日（一日24小时）；到时未办结即升级；文件没有规定时留空，为未配置"),
    )


@tracked(exclude=("period",))
class ClaimPolicy(DatedPolicy):
    """One version; its checklists are its rows."""

    after_cancellation = models.CharField(
        _("备案终止后的费用"),
        max_length=200,
        blank=True,
        help_text=_("规定终止备案后在原居住（工作）地的费用不予支付的条款；没有规定时留空"),
    )

    settled_at_home = models.CharField(
        _("由参保地经办机构结算的人员"),
        max_length=200,
        blank=True,
        help_text=_("规定新参保职工、待遇等待期内的居民不直接结算的条款；没有规定时留空"),
    )
    newly_insured_months = models.PositiveSmallIntegerField(
        _("新参保须连续缴费的月数"), null=True, blank=True, help_text=_("连续缴费不足此月数的职工，按上一条款办理")
    )
    term_days = models.PositiveSmallIntegerField(
        _("办结时限（工作日）"),
        null=True,
        blank=True,
        help_text=_("自受理至审核决定；文件没有规定时留空，为未配置"),
    )
    term_source = models.CharField(_("办结时限的依据"), max_length=200, blank=True)
    second_review_share = models.DecimalField(
        _("复审抽查比例"),
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text=_("0至1；留空为不抽查"),
    )
    second_review_source = models.CharField(_("复审抽查的依据"), max_length=200, blank=True)
    ticket_hours_person = _hours(_("故障处理时限：参保人本人"))
    ticket_hours_hospital = _hours(_("故障处理时限：医院医保办"))
    ticket_hours_local = _hours(_("故障处理时限：就医地经办机构"))
    ticket_hours_home = _hours(_("故障处理时限：参保地经办机构"))
    ticket_hours_platform = _hours(_("故障处理时限：异地就医平台"))
    ticket_source = models.CharField(_("故障处理时限的依据"), max_length=200, blank=True)
    assumed = models.BooleanField(_("时限和抽查比例为示例"), default=False, help_text=_("文件没有给出、仅供演示的数字"))
    objects: ClassVar[ClaimPolicyQuerySet] = ClaimPolicyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(DatedPolicy.Meta):
        verbose_name = verbose_name_plural = _("报销材料政策")
        constraints = (  # type: ignore[assignment]
            *DatedPolicy.Meta.constraints,
            models.CheckConstraint(
                condition=(Q(term_days=None) | (Q(term_days__gt=0) & ~Q(term_source="")))
                & (Q(second_review_share=None) | ~Q(second_review_source="")),
                name="claim_policy_terms_have_sources",
                violation_error_message=_("办结时限须大于零；办结时限、抽查比例须写明依据"),
            ),
            models.CheckConstraint(
                condition=Q(
                    ticket_hours_person=None,
                    ticket_hours_hospital=None,
                    ticket_hours_local=None,
                    ticket_hours_home=None,
                    ticket_hours_platform=None,
                )
                | ~Q(ticket_source=""),
                name="claim_policy_ticket_hours_have_a_source",
                violation_error_message=_("故障处理时限须写明依据"),
            ),
            models.CheckConstraint(
                condition=Q(second_review_share=None) | Q(second_review_share__gte=0, second_review_share__lte=1),
                name="claim_policy_share_is_a_share",
                violation_error_message=_("复审抽查比例须在0与1之间"),
            ),
            models.CheckConstraint(
                condition=Q(newly_insured_months=None) | ~Q(settled_at_home=""),
                name="claim_policy_months_have_a_section",
                violation_error_message=_("新参保须连续缴费的月数须有条款"),
            ),
        )

    def rules(self) -> ClaimRules:
        checklists: dict[Category, tuple[MaterialGroup, ...]] = {}
        for row in self.materials.all():
            category = Category(row.category)  # type: ignore[call-arg]
            checklists[category] = (*checklists.get(category, ()), row.as_group())
        return ClaimRules(
            area=self.area_id,
            version=self.version,
            document=self.document,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            starts_assumed=self.starts_assumed,
            note=self.note,
            checklists=checklists,
            **{name: getattr(self, name) for name in STATED},
        )

    def add_rules(self, rules: ClaimRules) -> None:
        """Write a version's checklists into this draft."""
        for name in STATED:
            setattr(self, name, getattr(rules, name))
        self.save(update_fields=STATED)
        ClaimMaterialRow.objects.bulk_create(
            ClaimMaterialRow(
                policy=self,
                category=category,
                one_of=list(group.one_of),
                originals=group.originals,
                copies=group.copies,
                condition=group.condition,
                note=group.note,
                section=group.section,
            )
            for category, groups in rules.checklists.items()
            for group in groups
        )


@tracked()
class ClaimMaterialRow(models.Model):
    """With claims of a category one of these materials is required."""

    policy = models.ForeignKey(ClaimPolicy, models.CASCADE, related_name="materials", verbose_name=_("政策"))
    category = models.CharField(_("就医类别"), max_length=20, choices=Category.choices())
    one_of = ArrayField(
        models.CharField(max_length=30, choices=Material.choices()),
        verbose_name=_("材料"),
        help_text=_("选几项的，交其中一项即可"),
    )
    originals = models.PositiveSmallIntegerField(_("原件份数"), null=True, blank=True)
    copies = models.PositiveSmallIntegerField(_("复印件份数"), null=True, blank=True)
    condition = models.CharField(_("何时需要"), max_length=100, blank=True, help_text=_("留空为必需"))
    note = models.CharField(_("说明"), max_length=200, blank=True)
    section = models.CharField(_("条款"), max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = _("报销材料")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(one_of__len__gt=0),
                name="claim_material_names_one",
                violation_error_message=_("至少选一项材料"),
            ),
        )
        triggers = (immutable_rows("policy", "settlement_claimpolicy"),)

    def __str__(self) -> str:
        return f"{self.get_category_display()}：{self.as_group().label}"

    def as_group(self) -> MaterialGroup:
        return MaterialGroup(
            one_of=tuple(Material(code) for code in self.one_of),  # type: ignore[call-arg]
            originals=self.originals,
            copies=self.copies,
            condition=self.condition,
            note=self.note,
            section=self.section,
        )


_VERSIONS_ON = CompiledQuery(
    lambda: (
        ClaimPolicy.objects.published()
        .filter(area=Given("area"), starts_on__lte=Given("last"))
        .exclude(ends_on__lt=Given("first"))
        .order_by()
        .values_list("pk", "published_at", "ends_on", "starts_on")
    )
)
