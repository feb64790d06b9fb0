"""A manual claim: one stay that was paid in full, and its way to payment."""

import uuid
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import IsNull
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.identity import masked
from filings.models import Commitment, Filing, InsuredPerson
from filings.vocabulary import Category, Employment, Hardship, Scheme, Tier
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area, Hospital, ServiceHall
from hospitals.vocabulary import Level, Scope, Service
from settlement.accounts.bookkeeping import settlement_is_its_own
from settlement.claims.lifecycle import (
    CLAIM_LIFECYCLE,
    EDITABLE,
    OVER,
    RUNNING,
    SETTLED,
    ClaimLifecycle,
    calculation_is_its_own,
    drawn_once,
    frozen_beyond_counter,
    held_by_findings,
    receipts_follow,
)
from settlement.payments.lifecycle import stands_still_while_being_paid
from settlement.vocabulary import ClaimStatus, Detail, ManualReason

account_number = RegexValidator(r"^[0-9]{8,30}$", _("应为8至30位数字"))
positive = MinValueValidator(Decimal("0.01"), _("须大于零"))
not_negative = MinValueValidator(Decimal(0), _("不能为负"))


def _entered(field: str, expected: bool) -> Any:
    """Whether the field's user is among those who entered the claim; an empty field satisfies either."""
    place = Func(F("entered_by"), F(field), function="array_position", output_field=models.IntegerField())
    return Q(**{field: None}) | Q(IsNull(place, not expected))


@tracked()
class Claim(models.Model):
    """One stay that the person paid in full and claims at home."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="claims", verbose_name=_("参保地"), db_index=False)
    hall = models.ForeignKey(
        ServiceHall,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        verbose_name=_("受理窗口"),
        db_index=False,
    )
    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="claims", verbose_name=_("参保人"), db_index=False
    )
    filing = models.ForeignKey(
        Filing, models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("备案")
    )
    commitment = models.OneToOneField(
        Commitment, models.PROTECT, null=True, blank=True, related_name="claim", verbose_name=_("承诺补充书")
    )
    scheme = models.CharField(_("险种"), max_length=10, choices=Scheme.choices())
    employment = models.CharField(_("在职状态"), max_length=8, choices=Employment.choices(), blank=True)
    hardship = models.CharField(_("困难群体"), max_length=20, choices=Hardship.choices(), blank=True)
    category = models.CharField(_("就医类别"), max_length=20, choices=Category.choices())
    tier = models.CharField(
        _("待遇档次"), max_length=10, choices=Tier.choices(), blank=True, help_text=_("空为尚不能确定")
    )
    manual_reason = models.CharField(_("手工报销原因"), max_length=20, choices=ManualReason.choices())
    reason_reference = models.CharField(
        _("故障凭据"), max_length=60, blank=True, help_text=_("启用故障工单以前登记的工单号或凭据")
    )
    ticket = models.ForeignKey(
        "settlement.Ticket", models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("故障工单")
    )
    treatment_area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("就医地"), db_index=False)
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
    total = models.DecimalField(_("医疗费总额"), max_digits=16, decimal_places=2, validators=[positive])
    eligible = models.DecimalField(_("符合政策范围费用"), max_digits=16, decimal_places=2, validators=[not_negative])
    detail = models.CharField(_("费用录入方式"), max_length=10, choices=Detail.choices(), default=Detail.TOTALS)
    outside = models.DecimalField(_("全自费"), max_digits=16, decimal_places=2, null=True, blank=True)
    above_limit = models.DecimalField(_("超限价自费"), max_digits=16, decimal_places=2, null=True, blank=True)
    self_paid = models.DecimalField(_("先行自付"), max_digits=16, decimal_places=2, null=True, blank=True)
    payee_name = models.CharField(_("收款人"), max_length=50)
    payee_bank = models.CharField(_("开户银行"), max_length=80)
    payee_account = models.CharField(_("银行账号"), max_length=30, validators=[account_number])
    note = models.CharField(_("备注"), max_length=200, blank=True)
    accepted_on = models.DateField(_("受理日期"))
    due_on = models.DateField(_("办结期限"), null=True, blank=True, help_text=_("空为未配置时限"))
    days_left = models.SmallIntegerField(
        _("剩余工作日"), null=True, blank=True, help_text=_("等待材料期间停止计时，补齐后接着计；负数为已超期")
    )
    status = models.CharField(_("状态"), max_length=16, choices=ClaimStatus.choices(), default=ClaimStatus.ACCEPTED)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"), db_index=False
    )
    made_at = models.DateTimeField(_("受理时间"), auto_now_add=True)
    entered_by = ArrayField(
        models.BigIntegerField(), verbose_name=_("录入人员"), editable=False, help_text=_("录入或修改过内容的所有人员")
    )
    stepped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("回退人"),
        db_index=False,
    )
    stepped_at = models.DateTimeField(_("回退时间"), null=True, blank=True)
    step_reason = models.CharField(_("回退原因"), max_length=300, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("领取人")
    )
    taken_at = models.DateTimeField(_("领取时间"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审核人"),
        db_index=False,
    )
    reviewed_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    review_reason = models.CharField(_("审核意见"), max_length=300, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("复审人"),
        db_index=False,
    )
    confirmed_at = models.DateTimeField(_("复审时间"), null=True, blank=True)
    is_sampled = models.BooleanField(_("抽中复审"), null=True, editable=False, help_text=_("空为尚未抽取"))
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("财务复核人"),
        db_index=False,
    )
    released_at = models.DateTimeField(_("放行时间"), null=True, blank=True)
    finance_reason = models.CharField(_("财务意见"), max_length=300, blank=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("支付登记人"),
        db_index=False,
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
    settlement = models.OneToOneField(
        "settlement.Settlement",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="settles",
        verbose_name=_("结算"),
        help_text=_("已记入年度账户的结算"),
    )
    request_token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[VisibleQuerySet["Claim"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_CLAIMS
    hall_path = "hall"
    history_masks: ClassVar = {"payee_account": masked, "entered_by": lambda people: f"{people.count(',') + 1}人"}

    class Meta:
        verbose_name = verbose_name_plural = _("手工报销")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["ticket"],
                condition=~Q(status__in=sorted(OVER)),
                name="one_living_claim_a_ticket",
                violation_error_message=_("该故障工单已有办理中的报销件"),
            ),
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
                condition=_entered("made_by", True)
                & _entered("reviewed_by", False)
                & _entered("released_by", False)
                & _entered("paid_by", False)
                & (Q(released_by=None) | ~Q(released_by=F("reviewed_by")))
                & (Q(paid_by=None) | ~Q(paid_by=F("reviewed_by")))
                & _entered("confirmed_by", False)
                & (Q(confirmed_by=None) | ~Q(confirmed_by=F("reviewed_by")))
                & (Q(confirmed_by=None) | Q(released_by=None) | ~Q(released_by=F("confirmed_by")))
                & (Q(confirmed_by=None) | Q(paid_by=None) | ~Q(paid_by=F("confirmed_by"))),
                name="claim_maker_checker_finance_differ",
                violation_error_message=_("经办、审核、财务须由不同人员办理"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["released", "paid", "reversed"]) | Q(released_by=None, released_at=None),
                name="claim_not_released_says_no_release",
                violation_error_message=_("未放行的报销件不能有放行记录"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(SETTLED), settlement__isnull=False, calculation__isnull=False)
                | (~Q(status__in=sorted(SETTLED)) & Q(settlement=None)),
                name="claim_settled_from_calculation_on",
                violation_error_message=_("结算以后的报销件须已记入年度账户，此前不能记入"),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["withdrawn", "reversed"])
                | (Q(stepped_by__isnull=False, stepped_at__isnull=False) & ~Q(step_reason="")),
                name="claim_taken_back_says_who_when_why",
                violation_error_message=_("撤销或冲正须有经手人、时间和原因"),
            ),
            models.CheckConstraint(
                condition=(Q(days_left=None) | Q(due_on=None))
                & (~Q(status="supplement") | Q(due_on=None))
                & (Q(days_left=None) | Q(status="supplement") | Q(commitment__isnull=False)),
                name="claim_clock_stops_while_person_supplies",
                violation_error_message=_("等待补正或承诺补充材料期间停止计时"),
            ),
            models.CheckConstraint(
                condition=~Q(status="second_review") | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="claim_reviewed_twice_has_first",
                violation_error_message=_("复审前须有审核人和时间"),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "released", "paid"], is_sampled=True)
                | Q(confirmed_by__isnull=False),
                name="claim_sampled_is_reviewed_twice",
                violation_error_message=_("抽中复审的须经复审"),
            ),
            models.CheckConstraint(
                condition=Q(taken_by=None, taken_at=None)
                | Q(taken_by__isnull=False, taken_at__isnull=False, status__in=["in_review", "second_review"]),
                name="claim_taken_in_review",
                violation_error_message=_("只有待审核、待复审的件可以领取"),
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
            models.Index(fields=["area", "status", "id"], name="claim_by_status"),
            models.Index(fields=["area", "category", "id"], name="claim_by_category"),
            models.Index(fields=["area", "admitted_on", "id"], name="claim_by_admission"),
            models.Index(fields=["area", "accepted_on", "id"], name="claim_by_acceptance"),
            models.Index(fields=["area", "total", "id"], name="claim_by_total"),
            models.Index(fields=["hall", "-id"], name="claim_by_hall"),
            models.Index(
                fields=["area", "-id"], condition=Q(status__in=("approved", "released")), name="claim_at_finance"
            ),
            models.Index(fields=["person", "-admitted_on"], name="claim_by_person"),
            models.Index(
                fields=["area", "due_on", "id"], name="claim_by_due_day", condition=Q(status__in=sorted(RUNNING))
            ),
        )
        triggers = (
            *(CLAIM_LIFECYCLE.trigger(), drawn_once(), frozen_beyond_counter(), calculation_is_its_own()),
            *(settlement_is_its_own(), receipts_follow(), held_by_findings(), stands_still_while_being_paid()),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("claim", args=[self.pk])

    @property
    def number(self) -> str:
        """BX + acceptance day + serial number; follows from the row, so it can neither clash nor change."""
        return f"BX{self.accepted_on:%Y%m%d}{self.pk:08d}"

    @property
    def lifecycle(self) -> ClaimLifecycle:
        return CLAIM_LIFECYCLE

    @property
    def deciding(self) -> str:
        """The verb by which a reviewer decides it now."""
        return "confirm" if self.status == ClaimStatus.SECOND_REVIEW else "approve"

    @property
    def is_running(self) -> bool:
        """Whether its clock runs."""
        return self.status in RUNNING

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE
