"""What belongs to a claim: its receipts, materials, details of cost and calculations."""

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from filings.vocabulary import Material
from hospitals.history import tracked
from settlement.claims.lifecycle import bars_others_while_alive, rows_frozen_beyond_counter
from settlement.models.claim import Claim
from settlement.models.settlement import yuan
from settlement.vocabulary import CatalogueClass

receipt_number = RegexValidator(r"^[0-9A-Z-]+$", _("应为数字或字母"))


@tracked(exclude=("bars_others",), part_of="claim")
class Receipt(models.Model):
    """A medical receipt.  Two claims that are alive never hold the same one.

    bars_others: while its claim is alive; written by the database.
    """

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="receipts", verbose_name=_("报销件"))
    code = models.CharField(_("票据代码"), max_length=50, validators=[receipt_number])
    number = models.CharField(_("票据号码"), max_length=50, validators=[receipt_number])
    check_code = models.CharField(
        _("校验码"), max_length=6, blank=True, validators=[RegexValidator(r"^[A-Z0-9]{6}$", _("应为6位"))]
    )
    amount = models.DecimalField(
        _("金额"), max_digits=16, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"), _("须大于零"))]
    )
    issued_on = models.DateField(_("开票日期"), null=True, blank=True)
    bars_others = models.BooleanField(_("不能再次报销"), default=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("票据")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["code", "number"],
                condition=Q(bars_others=True),
                name="one_claim_a_receipt",
                violation_error_message=_("此票据已用于其他报销件"),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="receipt_amount_positive", violation_error_message=_("票据金额须大于零")
            ),
        )
        indexes = (models.Index(fields=["code", "number"], name="receipt_by_number"),)
        triggers = (rows_frozen_beyond_counter(but="bars_others"), bars_others_while_alive())

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


@tracked(part_of="claim")
class ClaimMaterial(models.Model):
    """A material handed in with a claim, or the clerk's word that there is none where one is due only in some cases."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="materials", verbose_name=_("报销件"))
    material = models.CharField(_("材料"), max_length=30, choices=Material.choices())
    originals = models.PositiveSmallIntegerField(_("原件份数"), default=1)
    copies = models.PositiveSmallIntegerField(_("复印件份数"), default=0)
    is_absent = models.BooleanField(_("经核无此材料"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("报销材料")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["claim", "material"], name="one_material_a_claim", violation_error_message=_("材料重复")
            ),
            models.CheckConstraint(
                condition=Q(is_absent=True, originals=0, copies=0)
                | (Q(is_absent=False) & (Q(originals__gt=0) | Q(copies__gt=0))),
                name="claim_material_counted_or_absent",
                violation_error_message=_("材料须填份数，或注明经核无此材料"),
            ),
        )
        triggers = (rows_frozen_beyond_counter(),)

    def __str__(self) -> str:
        return self.get_material_display()


class ClaimItem(models.Model):
    """A line of the details of cost: an item of the list, or a class of expense with its parts.

    An item has quantity and price; amount and parts are worked out of them.  A class has amount and parts as billed.
    """

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="items", verbose_name=_("报销件"))
    row = models.PositiveIntegerField(_("行"))
    code = models.CharField(_("项目编码"), max_length=50, blank=True)
    name = models.CharField(_("项目名称"), max_length=100)
    catalogue = models.CharField(_("目录类别"), max_length=2, choices=CatalogueClass.choices(), blank=True)
    quantity = models.DecimalField(_("数量"), max_digits=16, decimal_places=4, null=True, blank=True)
    price = models.DecimalField(_("单价"), max_digits=16, decimal_places=6, null=True, blank=True)
    self_pay = models.DecimalField(_("先行自付比例"), max_digits=5, decimal_places=4, default=Decimal(0))
    limit = models.DecimalField(_("支付限价"), max_digits=16, decimal_places=6, null=True, blank=True)
    amount = yuan(_("金额"))
    outside = yuan(_("全自费"))
    above_limit = yuan(_("超限价自费"))
    self_paid = yuan(_("先行自付"))

    class Meta:
        verbose_name = verbose_name_plural = _("费用明细")
        ordering = ("claim", "row")
        constraints = (
            models.UniqueConstraint(
                fields=["claim", "row"], name="one_item_a_row", violation_error_message=_("费用明细行号重复")
            ),
            models.CheckConstraint(
                condition=Q(quantity=None, price=None) | Q(quantity__isnull=False, price__isnull=False),
                name="item_has_quantity_and_price",
                violation_error_message=_("数量与单价须同时填写"),
            ),
            models.CheckConstraint(
                condition=Q(self_pay__gte=0, self_pay__lte=1),
                name="item_self_pay_is_a_share",
                violation_error_message=_("先行自付比例须在0与1之间"),
            ),
        )
        triggers = (rows_frozen_beyond_counter(),)

    def __str__(self) -> str:
        return self.name


class Calculation(models.Model):
    """What was calculated, from what, by which version: written once, never changed.

    claim: None of a stay settled at the hospital.  policy: None only of what the platform has calculated, where no
    version of ours was in force.
    """

    claim = models.ForeignKey(
        Claim, models.PROTECT, null=True, blank=True, related_name="calculations", verbose_name=_("报销件")
    )
    policy = models.ForeignKey(
        "settlement.BenefitPolicy",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("政策版本"),
    )
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
            models.CheckConstraint(
                condition=Q(policy__isnull=False) | Q(claim=None),
                name="calculation_of_a_claim_has_its_policy",
                violation_error_message=_("报销件的待遇计算须有政策版本"),
            ),
        )
        triggers = (pgtrigger.Protect(name="calculation_is_final", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"基金 {self.fund} 元，个人 {self.personal} 元"
