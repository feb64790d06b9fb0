"""The rows of a benefit policy that change the basic fund's numbers: by the year, away from home, by destination."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from filings.vocabulary import Hardship, Scheme, SettlementWay, Tier
from hospitals.history import tracked
from hospitals.models import Area
from hospitals.vocabulary import Scope, Service
from settlement.calculation.rows import (
    ContinuousDeductible,
    CountingRule,
    DestinationRule,
    LaterStayRule,
    ReductionRule,
)
from settlement.models.policy_rows import (
    WHOM,
    BenefitRow,
    PolicyRow,
    from_nought_to_one,
    not_negative,
    said_once,
    share,
    yuan,
)
from settlement.vocabulary import Counting, Lowering, Reduction


@tracked()
class CountingRow(BenefitRow):
    """How often the deductible is charged."""

    rule = CountingRule
    policy = models.ForeignKey("BenefitPolicy", models.CASCADE, related_name="counting", verbose_name=_("政策"))
    counting = models.CharField(
        _("收取方式"), max_length=12, choices=Counting.choices(), help_text=_("没有一行适用的，每次住院收取")
    )

    class Meta(BenefitRow.Meta):
        verbose_name = verbose_name_plural = _("起付线收取方式")
        constraints = (said_once(*WHOM),)


@tracked()
class LaterStayRow(BenefitRow):
    """What the deductible is from the nth stay of the year on."""

    rule = LaterStayRule
    policy = models.ForeignKey("BenefitPolicy", models.CASCADE, related_name="later_stays", verbose_name=_("政策"))
    from_stay = models.PositiveSmallIntegerField(
        _("从第几次住院起"), default=2, validators=[MinValueValidator(2)], help_text=_("年度内，含本次")
    )
    lowering = models.CharField(_("方式"), max_length=12, choices=Lowering.choices())
    number = models.DecimalField(
        _("数值"),
        max_digits=16,
        decimal_places=4,
        validators=[MinValueValidator(0)],
        help_text=_("金额填元；比例、系数填 0 至 1"),
    )
    floor = yuan(_("不低于（元）"), null=True, blank=True)

    class Meta(BenefitRow.Meta):
        verbose_name = verbose_name_plural = _("再次住院的起付标准")
        constraints = (
            said_once(*WHOM, "from_stay"),
            not_negative("later_stay_not_negative", "number", "floor"),
            models.CheckConstraint(
                condition=Q(from_stay__gte=2),
                name="later_stay_is_later",
                violation_error_message=_("从第二次住院起算"),
            ),
        )


@tracked()
class ReductionRow(BenefitRow):
    """A lower benefit away from home, where it is not a ratio of its own."""

    rule = ReductionRule
    policy = models.ForeignKey("BenefitPolicy", models.CASCADE, related_name="reductions", verbose_name=_("政策"))
    reduction = models.CharField(_("方式"), max_length=16, choices=Reduction.choices())
    number = share(_("数值"), help_text=_("先行自付10% 填 0.1；按80%折算填 0.8；降低10个百分点填 0.1"))

    class Meta(BenefitRow.Meta):
        verbose_name = verbose_name_plural = _("异地降低待遇")
        constraints = (said_once(*WHOM), from_nought_to_one("reduction_from_nought_to_one", "number"))


@tracked()
class ContinuousRow(PolicyRow):
    """Whose deductible is counted through the year."""

    rule = ContinuousDeductible
    policy = models.ForeignKey("BenefitPolicy", models.CASCADE, related_name="continuous", verbose_name=_("政策"))
    hardship = models.CharField(_("困难群体"), max_length=20, choices=Hardship.choices())
    tier = models.CharField(_("待遇档次"), max_length=10, choices=Tier.choices())
    scope = models.CharField(_("就医范围"), max_length=16, choices=Scope.choices())
    section = models.CharField(_("条款"), max_length=200)
    remark = models.CharField(_("提示"), max_length=200, blank=True, help_text=_("适用时向经办人员显示"))

    class Meta(PolicyRow.Meta):
        verbose_name = verbose_name_plural = _("起付线连续计算")
        constraints = (
            models.UniqueConstraint(
                fields=["policy", "hardship", "tier", "scope"],
                name="continuous_said_once",
                violation_error_message=_("同一群体、档次和范围已有一行"),
            ),
        )

    def __str__(self) -> str:
        return self.get_hardship_display()


@tracked()
class DestinationRow(PolicyRow):
    """A destination where stays are paid by the policy of another area."""

    rule = DestinationRule
    policy = models.ForeignKey("BenefitPolicy", models.CASCADE, related_name="destinations", verbose_name=_("政策"))
    destination = models.CharField(_("就医地代码"), max_length=6, help_text=_("统筹区的行政区划代码"))
    basis = models.CharField(_("结算方式"), max_length=10, choices=SettlementWay.choices(), blank=True)
    scheme = models.CharField(_("险种"), max_length=10, choices=Scheme.choices(), blank=True)
    tier = models.CharField(_("待遇档次"), max_length=10, choices=Tier.choices(), blank=True)
    service = models.CharField(_("服务"), max_length=12, choices=Service.choices(), blank=True)
    policy_area = models.CharField(_("执行其政策的地区代码"), max_length=6, help_text=_("省直医保填省的代码"))
    text = models.CharField(_("规定"), max_length=200)
    section = models.CharField(_("条款"), max_length=200)

    class Meta(PolicyRow.Meta):
        verbose_name = verbose_name_plural = _("就医地执行其他政策")
        constraints = (
            models.UniqueConstraint(
                fields=["policy", "destination", "basis", "scheme", "tier", "service"],
                name="destination_said_once",
                violation_error_message=_("同一就医地和对象已有一行"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.destination} → {self.policy_area}"

    def clean(self) -> None:
        known = set(Area.objects.filter(pk__in=(self.destination, self.policy_area)).values_list("pk", flat=True))
        codes = {"destination": self.destination, "policy_area": self.policy_area}
        unknown = {name: _("没有这个行政区划代码") for name, code in codes.items() if code not in known}
        if unknown:
            raise ValidationError(unknown)
