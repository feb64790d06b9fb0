"""Settlements: one stay settled, for good.  What was wrong is put right by a contrary row."""

from decimal import Decimal
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.models import Filing, InsuredPerson
from filings.vocabulary import Category, Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.access import Right, VisibleQuerySet
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Level, Scope, Service
from settlement.accounts.bookkeeping import borne_out, in_the_books
from settlement.vocabulary import Component, ComputedBy, Payer


def yuan(name: Any) -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(name, max_digits=16, decimal_places=2, default=Decimal(0))


# What statistics read of a settlement: they find it in the index and leave the rows, which are wide, alone.
COUNTED = (
    *("person", "reverses", "way", "scope", "scheme", "category", "service", "treatment_area", "hospital_name"),
    *("medfee_sumamt", "fund_pay_sumamt", "psn_part_amt"),
)


class SettlementQuerySet(VisibleQuerySet["Settlement"]):
    def standing(self) -> "SettlementQuerySet":
        """Those that count: neither reversed nor a reversal."""
        return self.filter(reverses=None, reversal=None)


class Settlement(models.Model):
    """One stay settled, at the hospital or by hand; amounts in yuan under their national names (2304, setlinfo).

    Never changed.  A reversal is a row of its own with the contrary amounts, which `reverses` the first.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="settlements", verbose_name=_("参保地"))
    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="settlements", db_index=False, verbose_name=_("参保人")
    )
    way = models.CharField(_("结算方式"), max_length=10, choices=SettlementWay.choices())
    claim = models.ForeignKey(
        "settlement.Claim", models.PROTECT, null=True, blank=True, related_name="settlements", verbose_name=_("报销件")
    )
    filing = models.ForeignKey(
        Filing, models.PROTECT, null=True, blank=True, related_name="settlements", verbose_name=_("备案")
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("冲正的结算")
    )
    year = models.PositiveSmallIntegerField(_("年度"), help_text=_("入院日期所在年度"))
    scheme = models.CharField(_("险种"), max_length=10, choices=Scheme.choices())
    employment = models.CharField(_("在职状态"), max_length=8, choices=Employment.choices(), blank=True)
    hardship = models.CharField(_("困难群体"), max_length=20, choices=Hardship.choices(), blank=True)
    is_civil_servant = models.BooleanField(_("享受公务员补助"), default=False)
    category = models.CharField(_("就医类别"), max_length=20, choices=Category.choices())
    tier = models.CharField(_("待遇档次"), max_length=10, choices=Tier.choices())
    scope = models.CharField(_("范围"), max_length=16, choices=Scope.choices())
    service = models.CharField(_("服务"), max_length=12, choices=Service.choices())
    treatment_area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("就医地"))
    hospital = models.ForeignKey(
        Hospital, models.PROTECT, null=True, blank=True, related_name="settlements", verbose_name=_("医院")
    )
    hospital_name = models.CharField(_("医院名称"), max_length=100)
    hospital_level = models.CharField(_("医院级别"), max_length=8, choices=Level.choices())
    admitted_on = models.DateField(_("入院日期"))
    discharged_on = models.DateField(_("出院日期"))
    diagnosis = models.CharField(_("诊断"), max_length=200, blank=True)
    receipts = ArrayField(
        models.CharField(max_length=101), default=list, blank=True, verbose_name=_("票据"), help_text=_("代码 号码")
    )
    medfee_sumamt = yuan(_("医疗费总额"))
    fulamt_ownpay_amt = yuan(_("全自费"))
    overlmt_selfpay = yuan(_("超限价自费"))
    preselfpay_amt = yuan(_("先行自付"))
    inscp_scp_amt = yuan(_("符合政策范围费用"))
    eligible = yuan(
        _("异地先行自付前的符合政策范围费用")
    )  # what was calculated from: the above has the reduction taken off
    act_pay_dedc = yuan(_("起付标准"))
    hifp_pay = yuan(_("统筹基金支付"))
    cvlserv_pay = yuan(_("公务员医疗补助"))
    hifmi_pay = yuan(_("居民大病保险"))
    hifob_pay = yuan(_("职工大额补助"))
    maf_pay = yuan(_("医疗救助"))
    fund_pay_sumamt = yuan(_("基金支付总额"))
    psn_part_amt = yuan(_("个人负担"))
    calculation = models.ForeignKey(
        "settlement.Calculation", models.PROTECT, db_index=False, related_name="+", verbose_name=_("待遇计算")
    )
    computed_by = models.CharField(_("计算方"), max_length=8, choices=ComputedBy.choices(), default=ComputedBy.PORTAL)
    own_calculation = models.ForeignKey(
        "settlement.Calculation",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("本门户核算"),
        help_text=_("平台已计算的，本门户的核算只作核对"),
    )
    platform_setl_id = models.CharField(_("平台结算ID"), max_length=30, blank=True)
    settled_on = models.DateField(_("结算日期"))
    reason = models.CharField(_("冲正原因"), max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("经办人")
    )
    made_at = models.DateTimeField(_("结算时间"), auto_now_add=True)

    objects: ClassVar[SettlementQuerySet] = SettlementQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_CLAIMS

    class Meta:
        verbose_name = verbose_name_plural = _("结算")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(medfee_sumamt=F("fund_pay_sumamt") + F("psn_part_amt"))
                & Q(fund_pay_sumamt=F("hifp_pay") + F("cvlserv_pay") + F("hifmi_pay") + F("hifob_pay") + F("maf_pay")),
                name="settlement_parts_make_the_total",
                violation_error_message=_("各项基金与个人负担之和须等于医疗费总额"),
            ),
            models.CheckConstraint(
                condition=Q(
                    reverses=None,
                    medfee_sumamt__gte=0,
                    inscp_scp_amt__gte=0,
                    act_pay_dedc__gte=0,
                    hifp_pay__gte=0,
                    cvlserv_pay__gte=0,
                    hifmi_pay__gte=0,
                    hifob_pay__gte=0,
                    maf_pay__gte=0,
                    psn_part_amt__gte=0,
                )
                | Q(reverses__isnull=False, medfee_sumamt__lte=0, fund_pay_sumamt__lte=0, psn_part_amt__lte=0),
                name="settlement_amounts_have_their_sign",
                violation_error_message=_("结算金额不能为负，冲正金额不能为正"),
            ),
            models.CheckConstraint(
                condition=Q(discharged_on__gte=F("admitted_on")),
                name="settlement_discharge_after_admission",
                violation_error_message=_("出院日期不能早于入院日期"),
            ),
            models.CheckConstraint(
                condition=Q(year=F("admitted_on__year")),
                name="settlement_year_is_that_of_admission",
                violation_error_message=_("年度须为入院日期所在年度"),
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, reason="") | (Q(reverses__isnull=False) & ~Q(reason="")),
                name="settlement_reversal_says_why",
                violation_error_message=_("冲正须填写原因"),
            ),
            models.CheckConstraint(
                condition=Q(way="manual", claim__isnull=False) | Q(way="direct", claim=None),
                name="settlement_by_hand_has_its_claim",
                violation_error_message=_("手工报销的结算须有报销件"),
            ),
            models.CheckConstraint(
                condition=Q(computed_by="portal", own_calculation=None, platform_setl_id="")
                | (Q(computed_by="platform", way="direct") & ~Q(platform_setl_id="")),
                name="settlement_of_the_platform_has_its_id",
                violation_error_message=_("平台计算的结算须有平台结算ID"),
            ),
            models.UniqueConstraint(
                fields=["area", "platform_setl_id"],
                condition=Q(reverses=None, computed_by="platform"),
                name="one_settlement_a_platform_id",
                violation_error_message=_("该平台结算ID已登记"),
            ),
        )
        indexes = (
            models.Index(fields=["area", "-id"], name="settlement_by_area"),
            models.Index(fields=["person", "year", "id"], name="settlement_by_person"),
            models.Index(fields=["area", "settled_on", "id"], name="settlement_by_day", include=COUNTED),
            GinIndex(fields=["receipts"], name="settlement_by_receipt"),
            models.Index(fields=["area", "discharged_on", "id"], name="settlement_by_discharge"),
            models.Index(fields=["area", "medfee_sumamt", "id"], name="settlement_by_cost"),
            models.Index(fields=["area", "fund_pay_sumamt", "id"], name="settlement_by_fund"),
        )
        triggers = (
            pgtrigger.Protect(name="settlement_is_final", operation=pgtrigger.Update | pgtrigger.Delete),
            borne_out(),
            in_the_books(),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("settlement", args=[self.pk])

    @property
    def number(self) -> str:
        """JS + settlement day + serial number."""
        return f"JS{self.settled_on:%Y%m%d}{self.pk:08d}"


class FollowUpQuerySet(VisibleQuerySet["FollowUpDue"]):
    def standing(self) -> "FollowUpQuerySet":
        """Those that are owed: of a reversed settlement nothing is."""
        return self.filter(settlement__reversal=None)


class FollowUpDue(models.Model):
    """What a settlement leaves to be paid later: by whom, and how much where the policy gives the numbers (DY-10)."""

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="follow_ups", verbose_name=_("结算"))
    component = models.CharField(_("项目"), max_length=20, choices=Component.choices())
    payer = models.CharField(_("支付方"), max_length=10, choices=Payer.choices())
    amount = models.DecimalField(
        _("按政策应付"), max_digits=16, decimal_places=2, null=True, blank=True, help_text=_("空为标准未配置")
    )
    text = models.CharField(_("规定"), max_length=300)
    source = models.CharField(_("依据"), max_length=300)

    objects: ClassVar[FollowUpQuerySet] = FollowUpQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_PAYMENTS
    area_path = "settlement__area"

    class Meta:
        verbose_name = verbose_name_plural = _("后续支付")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["settlement", "component"],
                name="one_follow_up_a_component",
                violation_error_message=_("该结算已有此项后续支付"),
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0),
                name="follow_up_not_negative",
                violation_error_message=_("应付金额不能为负"),
            ),
        )
        triggers = (pgtrigger.Protect(name="follow_up_is_final", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.settlement} {self.get_component_display()}"
