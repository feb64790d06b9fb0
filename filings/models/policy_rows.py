"""The rows of a filing policy: what it does with each kind of filing, on which materials, through which channels."""

from dataclasses import fields
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from filings.assessment import ChannelOffer, Lock, MaterialGroup, Rule
from filings.vocabulary import (
    Asked,
    Backdating,
    Category,
    Channel,
    Employment,
    Handling,
    Kind,
    LockMode,
    Material,
    Matter,
    Occasion,
    Scheme,
    SettlementWay,
    Tier,
    Variant,
)
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models.policy import immutable_rows
from hospitals.vocabulary import Level, Scope, Term

FROZEN = immutable_rows("policy", "filings_filingpolicy")
FROZEN_BEHIND_RULE = immutable_rows(
    "rule", "(SELECT r.id, p.status FROM filings_filingrule AS r JOIN filings_filingpolicy AS p ON p.id = r.policy_id)"
)


ANY = _("不限")
CLAUSE = _("条款")


def code_field(name: Any, terms: type[Term], **options: Any) -> models.CharField:
    """A term's code.  `blank=True`: empty stands for any."""
    any_of_them = [("", ANY)] if options.get("blank") else []
    return models.CharField(name, max_length=30, choices=[*any_of_them, *terms.choices()], **options)


def codes_field(name: Any, terms: type[Term], **options: Any) -> ArrayField:
    """Several codes of a term, often none."""
    code = models.CharField(max_length=30, choices=terms.choices())
    return ArrayField(code, verbose_name=name, default=list, blank=True, **options)


def section_field(name: Any = CLAUSE, **options: Any) -> models.CharField:
    return models.CharField(name, max_length=60, help_text=_("文件中的序号，如“三（二）3”"), **options)


class PolicyRow(models.Model):
    """A row that stands for a pure dataclass with fields of the same names."""

    class Meta:
        abstract = True

    @classmethod
    def columns(cls, rule: Any) -> dict[str, Any]:
        """The columns of a dataclass; None goes into a text column as empty."""
        columns = {}
        for column in cls._meta.concrete_fields:
            if column.name in {field.name for field in fields(rule)}:
                value = getattr(rule, column.name)
                columns[column.name] = "" if value is None and not column.null else value
        return columns


@tracked()
class FilingRule(PolicyRow):
    """What the policy does with one kind of filing."""

    policy = models.ForeignKey(
        "filings.FilingPolicy", models.CASCADE, related_name="rule_rows", verbose_name=_("备案政策")
    )
    category = code_field(_("备案类别"), Category)
    variant = code_field(_("细分"), Variant, blank=True)
    scheme = code_field(_("险种"), Scheme, blank=True)
    scope = code_field(_("范围"), Scope, blank=True)
    employment = code_field(_("职工须为"), Employment, blank=True)
    handling = code_field(_("办理方式"), Handling)
    tier = code_field(_("待遇档次"), Tier)
    settlement = code_field(_("结算方式"), SettlementWay, default=SettlementWay.DIRECT)
    backdating = code_field(_("补办追溯"), Backdating, default=Backdating.NOT_GIVEN)
    backdate_days = models.PositiveSmallIntegerField(_("追溯天数"), default=0)
    backdating_section = section_field(_("追溯条款"), blank=True)
    text = models.CharField(_("规定"), max_length=200, help_text=_("窗口看到的理由"))
    section = section_field()
    caveat = models.CharField(_("须核实"), max_length=200, blank=True)
    assumption = models.CharField(_("待核定"), max_length=200, blank=True, help_text=_("文件未写明、暂按何种办法处理"))
    occasion = code_field(_("就医事由"), Occasion, blank=True)
    asks = codes_field(_("另须登记"), Asked)
    deadline_days = models.PositiveSmallIntegerField(_("入院后备案期限（工作日）"), null=True, blank=True)
    deadline_section = section_field(_("期限条款"), blank=True)
    issuer_levels = codes_field(_("转诊证明开具医院级别"), Level)
    issuer_highest = models.BooleanField(_("转诊证明由参保地最高级别医院开具"), default=False)
    issuer_section = section_field(_("开具条款"), blank=True)
    prevails = models.BooleanField(
        _("优先于待遇较低的备案"), default=False, help_text=_("入院时按本条，即使已有待遇较低的备案")
    )

    objects = VisibleQuerySet.as_manager()
    seen_with = Right.SEE_POLICIES
    area_path = "policy__area"

    class Meta:
        verbose_name = verbose_name_plural = _("备案规则")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["policy", "category", "variant", "scheme", "scope", "occasion"],
                name="one_filing_rule_a_case",
                violation_error_message=_("同一类别、细分、险种、范围、事由只能有一条规则"),
            ),
            models.CheckConstraint(
                condition=Q(backdating="days", backdate_days__gt=0) | (~Q(backdating="days") & Q(backdate_days=0)),
                name="filing_rule_days_where_limited",
                violation_error_message=_("限定天数时须填追溯天数，其他情形不填"),
            ),
        )
        triggers = (FROZEN,)

    def __str__(self) -> str:
        parts = (
            Category.name_of(self.category),
            Variant.name_of(self.variant),
            Scheme.name_of(self.scheme),
            Scope.name_of(self.scope),
            Occasion.name_of(self.occasion),
        )
        return " · ".join(part for part in parts if part)

    @property
    def further(self) -> list[str]:
        """What the rule says beyond its main columns, in sentences for staff."""
        days = f"最多往前 {self.backdate_days} 日" if self.backdate_days else self.get_backdating_display()
        return [
            f"补办追溯：{days}",
            *(f"材料：{group}" for group in self.material_rows.all()),
            *([f"职工须为{self.get_employment_display()}"] if self.employment else ()),
            *([f"另须登记：{'、'.join(Asked.name_of(code) for code in self.asks)}"] if self.asks else ()),
            *([f"入院后 {self.deadline_days} 个工作日内备案"] if self.deadline_days else ()),
            *(["转诊证明由参保地最高级别医院开具"] if self.issuer_highest else ()),
            *(
                [f"转诊证明由{'、'.join(Level.name_of(code) for code in self.issuer_levels)}医院开具"]
                if self.issuer_levels
                else ()
            ),
            *(["优先于待遇较低的备案"] if self.prevails else ()),
            *([f"须核实：{self.caveat}"] if self.caveat else ()),
            *([f"待核定：{self.assumption}"] if self.assumption else ()),
        ]

    def as_rule(self) -> Rule:
        return Rule(
            category=Category.of(self.category),
            handling=Handling.of(self.handling),
            tier=Tier.of(self.tier),
            text=self.text,
            section=self.section,
            variant=Variant.of(self.variant) if self.variant else None,
            scheme=Scheme.of(self.scheme) if self.scheme else None,
            scope=Scope.of(self.scope) if self.scope else None,
            employment=Employment.of(self.employment) if self.employment else None,
            settlement=SettlementWay.of(self.settlement),
            backdating=Backdating.of(self.backdating),
            backdate_days=self.backdate_days,
            backdating_section=self.backdating_section,
            caveat=self.caveat,
            assumption=self.assumption,
            materials=tuple(row.as_group() for row in self.material_rows.all()),
            occasion=Occasion.of(self.occasion) if self.occasion else None,
            asks=tuple(Asked.of(code) for code in self.asks),
            deadline_days=self.deadline_days,
            deadline_section=self.deadline_section,
            issuer_levels=tuple(Level.of(code) for code in self.issuer_levels),
            issuer_highest=self.issuer_highest,
            issuer_section=self.issuer_section,
            prevails=self.prevails,
        )


@tracked()
class RequiredMaterial(PolicyRow):
    """One of these materials is required for a rule."""

    rule = models.ForeignKey(FilingRule, models.CASCADE, related_name="material_rows", verbose_name=_("备案规则"))
    one_of = ArrayField(
        models.CharField(max_length=30, choices=Material.choices()), verbose_name=_("材料（有其一即可）")
    )
    originals = models.PositiveSmallIntegerField(_("原件份数"), null=True, blank=True)
    copies = models.PositiveSmallIntegerField(_("复印件份数"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    condition = models.CharField(_("仅在此情形需要"), max_length=200, blank=True)
    section = section_field(blank=True)
    listed_only = codes_field(_("仅限转诊目录内病种"), Material, help_text=_("其中只对目录内病种有效的材料"))
    title = models.CharField(_("表格名称"), max_length=60, blank=True, help_text=_("文件对该表格的称呼，打印时用"))

    class Meta:
        verbose_name = verbose_name_plural = _("所需材料")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(one_of__len__gt=0),
                name="required_material_names_one",
                violation_error_message=_("至少列出一种材料"),
            ),
        )
        triggers = (FROZEN_BEHIND_RULE,)

    def __str__(self) -> str:
        return self.as_group().label

    def as_group(self) -> MaterialGroup:
        return MaterialGroup(
            one_of=tuple(Material.of(code) for code in self.one_of),
            originals=self.originals,
            copies=self.copies,
            note=self.note,
            condition=self.condition,
            section=self.section,
            listed_only=tuple(Material.of(code) for code in self.listed_only),
            title=self.title,
        )


@tracked()
class FilingChannel(PolicyRow):
    """A channel that the document offers."""

    policy = models.ForeignKey(
        "filings.FilingPolicy", models.CASCADE, related_name="channel_rows", verbose_name=_("备案政策")
    )
    channel = code_field(_("渠道"), Channel)
    categories = codes_field(_("适用类别"), Category, help_text=_("不选为全部类别"))
    without_materials = models.BooleanField(_("免材料"), default=False)
    without_review = models.BooleanField(_("免审核"), default=False)
    backdates = models.BooleanField(_("可事后补办"), default=False)
    asks = codes_field(_("另须登记"), Asked)
    section = section_field(blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("办理渠道")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["policy", "channel"], name="one_channel_a_policy", violation_error_message=_("该渠道已列出")
            ),
        )
        triggers = (FROZEN,)

    def __str__(self) -> str:
        return Channel.name_of(self.channel)

    def as_offer(self) -> ChannelOffer:
        return ChannelOffer(
            channel=Channel.of(self.channel),
            section=self.section,
            categories=tuple(Category.of(code) for code in self.categories),
            without_materials=self.without_materials,
            without_review=self.without_review,
            asks=tuple(Asked.of(code) for code in self.asks),
            backdates=self.backdates,
        )


@tracked()
class FilingLock(PolicyRow):
    """When a filing of a category may be changed or cancelled."""

    KINDS = [choice for choice in Kind.choices() if choice[0] != Kind.FILING]

    policy = models.ForeignKey(
        "filings.FilingPolicy", models.CASCADE, related_name="lock_rows", verbose_name=_("备案政策")
    )
    category = code_field(_("备案类别"), Category)
    kind = models.CharField(_("事项"), max_length=8, choices=KINDS)
    mode = code_field(_("锁定方式"), LockMode)
    months = models.PositiveSmallIntegerField(_("自备案之日起（月）"), default=0)
    section = section_field()

    class Meta:
        verbose_name = verbose_name_plural = _("变更与取消")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["policy", "category", "kind"],
                name="one_lock_a_category",
                violation_error_message=_("该类别的这一事项已列出"),
            ),
            models.CheckConstraint(
                condition=Q(mode="none", months=0) | (~Q(mode="none") & Q(months__gt=0)),
                name="filing_lock_has_months",
                violation_error_message=_("锁定的须填月数，不锁定的不填"),
            ),
        )
        triggers = (FROZEN,)

    def __str__(self) -> str:
        return f"{Category.name_of(self.category)} · {Kind.name_of(self.kind)}"

    def as_lock(self) -> Lock:
        return Lock(
            category=Category.of(self.category),
            kind=Kind.of(self.kind),
            mode=LockMode.of(self.mode),
            section=self.section,
            months=self.months,
        )


@tracked()
class FilingClause(models.Model):
    """The section behind what the policy says for all categories alike."""

    policy = models.ForeignKey(
        "filings.FilingPolicy", models.CASCADE, related_name="clause_rows", verbose_name=_("备案政策")
    )
    matter = code_field(_("事项"), Matter)
    section = section_field()

    class Meta:
        verbose_name = verbose_name_plural = _("通用条款")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["policy", "matter"], name="one_clause_a_matter", violation_error_message=_("该事项已列出")
            ),
        )
        triggers = (FROZEN,)

    def __str__(self) -> str:
        return Matter.name_of(self.matter)
