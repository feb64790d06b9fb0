"""A manual claim: the stay, its receipts and materials, its calculations, its way to payment."""

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from filings.models import Filing, InsuredPerson
from filings.vocabulary import Category, Employment, Hardship, Material, Scheme, Tier
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.lifecycle import Lifecycle, Move
from hospitals.models import Area, Hospital, ServiceHall
from hospitals.vocabulary import Level, Scope, Service
from settlement.vocabulary import ClaimStatus, ManualReason

S = ClaimStatus
EDITABLE = frozenset({S.ACCEPTED, S.RETURNED})
CLAIM_LIFECYCLE = Lifecycle(
    (
        Move("submit", "提交审核", EDITABLE, S.IN_REVIEW, Right.ACCEPT_CLAIMS),
        Move("approve", "审核通过", frozenset({S.IN_REVIEW}), S.APPROVED, Right.REVIEW_CLAIMS, not_by=("made_by",)),
        Move("send_back", "退回补正", frozenset({S.IN_REVIEW}), S.RETURNED, Right.REVIEW_CLAIMS, True, ("made_by",)),
        Move(
            "refuse",
            "不予支付",
            frozenset({S.IN_REVIEW}),
            S.REFUSED,
            Right.REVIEW_CLAIMS,
            True,
            ("made_by",),
            is_destructive=True,
        ),
        Move(
            "release",
            "财务放行",
            frozenset({S.APPROVED}),
            S.RELEASED,
            Right.RELEASE_CLAIMS,
            not_by=("made_by", "reviewed_by"),
        ),
        Move(
            "return_to_review",
            "退回审核",
            frozenset({S.APPROVED, S.RELEASED}),
            S.IN_REVIEW,
            Right.RELEASE_CLAIMS,
            True,
            ("made_by", "reviewed_by"),
        ),
        Move(
            "pay", "登记支付", frozenset({S.RELEASED}), S.PAID, Right.RELEASE_CLAIMS, not_by=("made_by", "reviewed_by")
        ),
    )
)


@tracked()
class Claim(models.Model):
    """One stay that the person paid in full and claims at home."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="claims", verbose_name=_("参保地"))
    hall = models.ForeignKey(
        ServiceHall, models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("受理窗口")
    )
    person = models.ForeignKey(InsuredPerson, models.PROTECT, related_name="claims", verbose_name=_("参保人"))
    filing = models.ForeignKey(
        Filing, models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("备案")
    )
    scheme = models.CharField(_("险种"), max_length=10, choices=Scheme.choices())
    employment = models.CharField(_("在职状态"), max_length=8, choices=Employment.choices(), blank=True)
    hardship = models.CharField(_("困难群体"), max_length=20, choices=Hardship.choices(), blank=True)
    category = models.CharField(_("就医类别"), max_length=20, choices=Category.choices())
    tier = models.CharField(_("待遇档次"), max_length=10, choices=Tier.choices())
    manual_reason = models.CharField(_("手工报销原因"), max_length=20, choices=ManualReason.choices())
    treatment_area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("就医地"))
    scope = models.CharField(_("范围"), max_length=16, choices=Scope.choices())
    hospital = models.ForeignKey(
        Hospital, models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("联网医院")
    )
    hospital_name = models.CharField(_("医院名称"), max_length=100)
    hospital_level = models.CharField(_("医院级别"), max_length=8, choices=Level.choices())
    service = models.CharField(_("服务"), max_length=12, choices=Service.choices(), default=Service.INPATIENT)
    admitted_on = models.DateField(_("入院日期"))
    discharged_on = models.DateField(_("出院日期"))
    diagnosis = models.CharField(_("诊断"), max_length=200)
    total = models.DecimalField(_("医疗费总额"), max_digits=16, decimal_places=2)
    eligible = models.DecimalField(_("符合政策范围费用"), max_digits=16, decimal_places=2)
    deductible_paid_this_year = models.DecimalField(_("本年度已付起付标准"), max_digits=16, decimal_places=2, default=0)
    fund_paid_this_year = models.DecimalField(_("本年度基金已支付"), max_digits=16, decimal_places=2, default=0)
    payee_name = models.CharField(_("收款人"), max_length=50)
    payee_bank = models.CharField(_("开户银行"), max_length=80)
    payee_account = models.CharField(_("银行账号"), max_length=30)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    accepted_on = models.DateField(_("受理日期"))
    status = models.CharField(_("状态"), max_length=10, choices=ClaimStatus.choices(), default=ClaimStatus.ACCEPTED)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    made_at = models.DateTimeField(_("受理时间"), auto_now_add=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审核人")
    )
    reviewed_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    review_reason = models.CharField(_("审核意见"), max_length=300, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("财务复核人")
    )
    released_at = models.DateTimeField(_("放行时间"), null=True, blank=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("支付登记人")
    )
    paid_on = models.DateField(_("支付日期"), null=True, blank=True)
    payment_reference = models.CharField(_("银行流水号"), max_length=60, blank=True)
    calculation = models.OneToOneField(
        "settlement.Calculation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="settles",
        verbose_name=_("计算结果"),
    )
    request_token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[VisibleQuerySet["Claim"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_CLAIMS
    hall_path = "hall"

    class Meta:
        verbose_name = verbose_name_plural = _("手工报销")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(discharged_on__gte=F("admitted_on")),
                name="claim_discharge_after_admission",
                violation_error_message=_("出院日期不能早于入院日期"),
            ),
            models.CheckConstraint(
                condition=Q(total__gt=0) & Q(eligible__gte=0) & Q(eligible__lte=F("total")),
                name="claim_amounts_in_order",
                violation_error_message=_("符合政策范围费用不能为负，也不能大于医疗费总额"),
            ),
            models.CheckConstraint(
                condition=Q(deductible_paid_this_year__gte=0) & Q(fund_paid_this_year__gte=0),
                name="claim_year_amounts_not_negative",
                violation_error_message=_("年度累计金额不能为负"),
            ),
            models.CheckConstraint(
                condition=(Q(reviewed_by=None) | ~Q(reviewed_by=F("made_by")))
                & (Q(released_by=None) | (~Q(released_by=F("made_by")) & ~Q(released_by=F("reviewed_by")))),
                name="claim_maker_checker_finance_differ",
                violation_error_message=_("经办、审核、财务须由不同人员办理"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["accepted", "returned", "refused"]) | Q(calculation__isnull=False),
                name="claim_beyond_counter_is_calculated",
                violation_error_message=_("提交审核前须先计算待遇"),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "released", "paid"])
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="claim_approved_says_who_when",
                violation_error_message=_("审核通过须有审核人和时间"),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["returned", "refused"])
                | (Q(reviewed_by__isnull=False, reviewed_at__isnull=False) & ~Q(review_reason="")),
                name="claim_refusal_says_who_when_why",
                violation_error_message=_("退回或不予支付须有审核人、时间和理由"),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["released", "paid"]) | Q(released_by__isnull=False, released_at__isnull=False),
                name="claim_released_says_who_when",
                violation_error_message=_("放行须有财务复核人和时间"),
            ),
            models.CheckConstraint(
                condition=~Q(status="paid")
                | (Q(paid_by__isnull=False, paid_on__isnull=False) & ~Q(payment_reference="")),
                name="claim_paid_says_who_when_how",
                violation_error_message=_("已支付须有登记人、日期和银行流水号"),
            ),
        )
        indexes = (
            models.Index(fields=["area", "-id"], name="claim_by_area"),
            models.Index(fields=["area", "status", "-id"], name="claim_by_status"),
            models.Index(fields=["person", "-admitted_on"], name="claim_by_person"),
        )
        triggers = (CLAIM_LIFECYCLE.trigger(),)

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """BX + acceptance day + serial number; follows from the row, so it can neither clash nor change."""
        return f"BX{self.accepted_on:%Y%m%d}{self.pk:08d}"

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE


@tracked()
class Receipt(models.Model):
    """A medical receipt.  The same one is never taken twice, whatever became of the other claim."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="receipts", verbose_name=_("报销件"))
    code = models.CharField(_("票据代码"), max_length=50)
    number = models.CharField(_("票据号码"), max_length=50)
    check_code = models.CharField(_("校验码"), max_length=6, blank=True)
    amount = models.DecimalField(_("金额"), max_digits=16, decimal_places=2)
    issued_on = models.DateField(_("开票日期"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("票据")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["code", "number"], name="one_claim_a_receipt", violation_error_message=_("此票据已报销过")
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="receipt_amount_positive", violation_error_message=_("票据金额须大于零")
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class ClaimMaterial(models.Model):
    """A material handed in with a claim."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="materials", verbose_name=_("报销件"))
    material = models.CharField(_("材料"), max_length=30, choices=Material.choices())
    originals = models.PositiveSmallIntegerField(_("原件份数"), default=1)
    copies = models.PositiveSmallIntegerField(_("复印件份数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("报销材料")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["claim", "material"], name="one_material_a_claim", violation_error_message=_("材料重复")
            ),
        )

    def __str__(self) -> str:
        return self.get_material_display()


class Calculation(models.Model):
    """What was calculated, from what, by which version: written once, never changed."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="calculations", verbose_name=_("报销件"))
    policy = models.ForeignKey("settlement.BenefitPolicy", models.PROTECT, related_name="+", verbose_name=_("政策版本"))
    inputs = models.JSONField(_("计算依据"))
    result = models.JSONField(_("计算结果"))
    fund = models.DecimalField(_("统筹基金支付"), max_digits=16, decimal_places=2)
    personal = models.DecimalField(_("个人负担"), max_digits=16, decimal_places=2)
    total = models.DecimalField(_("医疗费总额"), max_digits=16, decimal_places=2)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("计算人"))
    made_at = models.DateTimeField(_("计算时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("待遇计算")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(fund__gte=0) & Q(personal__gte=0) & Q(total=F("fund") + F("personal")),
                name="calculation_parts_make_the_total",
                violation_error_message=_("基金支付与个人负担之和须等于医疗费总额"),
            ),
        )
        triggers = (pgtrigger.Protect(name="calculation_is_final", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.claim_id}·{self.pk}"
