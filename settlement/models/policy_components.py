"""The rows of a benefit policy for what is paid on top of the basic fund."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from filings.vocabulary import Employment, Hardship, Scheme
from hospitals.history import tracked
from settlement.calculation.rows import ComponentRatio, ComponentRule, FollowUpRule, HardshipRule
from settlement.models.policy_rows import (
    SECTION,
    PolicyRow,
    from_nought_to_one,
    not_negative,
    said_once,
    share,
    yuan,
)
from settlement.vocabulary import Component, Payer

INSURED = ("component", "scheme", "employment", "hardship")


class InsuredRow(PolicyRow):
    """A row that holds for insured people, whatever their stay; what is left empty holds for all."""

    component = models.CharField(_("待遇项目"), max_length=20, choices=Component.choices())
    scheme = models.CharField(_("险种"), max_length=10, choices=Scheme.choices(), blank=True)
    employment = models.CharField(_("在职状态"), max_length=8, choices=Employment.choices(), blank=True)
    hardship = models.CharField(_("困难群体"), max_length=20, choices=Hardship.choices(), blank=True)
    section = models.CharField(_("条款"), max_length=200, help_text=SECTION)
    assumed = models.BooleanField(_("示例"), default=False, help_text=_("非官方数字，待核定"))

    class Meta(PolicyRow.Meta):
        abstract = True


@tracked()
class ComponentRow(InsuredRow):
    rule = ComponentRule
    policy = models.ForeignKey("BenefitPolicy", models.CASCADE, related_name="components", verbose_name=_("政策"))
    threshold = yuan(_("起付标准（元）"), help_text=_("按年度累计个人负担的符合政策范围费用"))
    ceiling = yuan(_("年度限额（元）"), null=True, blank=True, help_text=_("不封顶的留空"))

    class Meta(InsuredRow.Meta):
        verbose_name = verbose_name_plural = _("补充待遇起付与限额")
        constraints = (said_once(*INSURED), not_negative("component_not_negative", "threshold", "ceiling"))


@tracked()
class ComponentRatioRow(InsuredRow):
    rule = ComponentRatio
    policy = models.ForeignKey("BenefitPolicy", models.CASCADE, related_name="component_ratios", verbose_name=_("政策"))
    above = yuan(_("分段起点（元）"), default=0, help_text=_("年度累计；第一段从 0 起，起付标准以下不支付"))
    number = share(_("支付比例"), help_text=_("60% 填 0.6"))

    class Meta(InsuredRow.Meta):
        verbose_name = verbose_name_plural = _("补充待遇支付比例")
        constraints = (
            said_once(*INSURED, "above"),
            from_nought_to_one("component_ratio_from_nought_to_one", "number"),
            not_negative("component_segment_not_negative", "above"),
        )


@tracked()
class HardshipRow(PolicyRow):
    rule = HardshipRule
    policy = models.ForeignKey("BenefitPolicy", models.CASCADE, related_name="hardships", verbose_name=_("政策"))
    component = models.CharField(_("待遇项目"), max_length=20, choices=Component.choices())
    hardship = models.CharField(_("困难群体"), max_length=20, choices=Hardship.choices())
    threshold_factor = share(_("起付标准乘以"), default=Decimal(1), help_text=_("减半填 0.5"))
    points = share(_("支付比例提高"), default=Decimal(0), help_text=_("提高5个百分点填 0.05"))
    no_ceiling = models.BooleanField(_("不封顶"), default=False)
    section = models.CharField(_("条款"), max_length=200, help_text=SECTION)
    assumed = models.BooleanField(_("示例"), default=False, help_text=_("非官方数字，待核定"))

    class Meta(PolicyRow.Meta):
        verbose_name = verbose_name_plural = _("困难群体倾斜")
        constraints = (
            said_once("component", "hardship"),
            from_nought_to_one("hardship_from_nought_to_one", "threshold_factor", "points"),
        )


@tracked()
class FollowUpRow(PolicyRow):
    rule = FollowUpRule
    policy = models.ForeignKey("BenefitPolicy", models.CASCADE, related_name="follow_ups", verbose_name=_("政策"))
    component = models.CharField(_("待遇项目"), max_length=20, choices=Component.choices())
    scheme = models.CharField(_("险种"), max_length=10, choices=Scheme.choices(), blank=True)
    payer = models.CharField(_("支付方"), max_length=10, choices=Payer.choices())
    text = models.CharField(_("规定"), max_length=200)
    section = models.CharField(_("条款"), max_length=200)

    class Meta(PolicyRow.Meta):
        verbose_name = verbose_name_plural = _("直接结算后另行支付")
        constraints = (said_once("component", "scheme"),)
