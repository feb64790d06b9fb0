"""Results of payments as the bank or the insurer sends them back, and what each row of such a file comes to."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models.imports import ListStep, PiecemealImport, applied_says_when, list_lifecycle, states_with
from hospitals.vocabulary import ListAction, ListStatus
from settlement.models.hospital_payment import HospitalPayment
from settlement.models.payment import Payment
from settlement.vocabulary import PaymentStatus

RESULT_LIFECYCLE = list_lifecycle(Right.RELEASE_CLAIMS)
HOSPITAL_RESULT_LIFECYCLE = list_lifecycle(Right.PAY_HOSPITALS)
WORDS = {ListAction.NEW: _("待登记"), ListAction.SAME: _("已登记")}
STATES = {ListStatus.APPLYING.value: "正在登记", ListStatus.APPLIED.value: "已登记"}
RESULT_STATES = states_with(STATES)
SAYS_WHEN = _("已登记的结果须有登记时间")


def _says_what_became_of_it(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(action=ListAction.INVALID)
        | (Q(payment__isnull=False, outcome="paid", paid_on__isnull=False, amount__isnull=False))
        | (Q(payment__isnull=False, outcome="failed") & ~Q(failure="")),
        name=name,
        violation_error_message=_("结果须有付款、支付日期和金额，或失败原因"),
    )


class ResultFile(PiecemealImport):
    """One file of results for one area.  paid_on: for rows that give no day.

    Faulty rows do not keep the good ones from being written down.
    """

    paid_on = models.DateField(_("支付日期"), null=True, help_text=_("文件中没有写明的，按此日期"))
    taken_on = models.DateField(_("收到日期"))

    words, states = WORDS, STATES
    page: ClassVar[str]

    class Meta(PiecemealImport.Meta):
        abstract = True

    def get_absolute_url(self) -> str:
        return reverse(self.page, args=[self.pk])


class ResultStep(ListStep):
    """One row of a file of results.

    action: new (to be written down), same (is written down), invalid.  name: the payee as written, for the page.
    amount: as the row gives it, None where it gives none.  written: the row as written, until it is written down.
    """

    name = models.TextField(blank=True)
    outcome = models.CharField(max_length=10, choices=PaymentStatus.choices(), blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    paid_on = models.DateField(null=True)
    reference = models.TextField(blank=True)
    failure = models.TextField(blank=True)

    payment_id: int | None

    class Meta(ListStep.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.name}"


@tracked(exclude=("content", "stage", "progress"))
class ResultImport(ResultFile):
    """Results of payments to people."""

    objects: ClassVar[VisibleQuerySet["ResultImport"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_PAYMENTS
    page = "payment_result_import"
    lifecycle = RESULT_LIFECYCLE
    get_status_display = ResultFile.state_in_own_words

    class Meta(ResultFile.Meta):
        verbose_name = verbose_name_plural = _("拨付结果")
        constraints: ClassVar[Any] = (applied_says_when("applied_results_say_when", SAYS_WHEN),)
        triggers = (RESULT_LIFECYCLE.trigger(),)


class ResultRow(ResultStep):
    """A row about a payment to a person."""

    list_import = models.ForeignKey(ResultImport, models.CASCADE, related_name="steps", db_index=False)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta(ResultStep.Meta):
        constraints = (
            models.UniqueConstraint(fields=["list_import", "action", "position"], name="one_result_row_a_position"),
            _says_what_became_of_it("result_row_says_what_became_of_it"),
        )


@tracked(exclude=("content", "stage", "progress"))
class HospitalResultImport(ResultFile):
    """Results of payments to hospitals."""

    objects: ClassVar[VisibleQuerySet["HospitalResultImport"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_HOSPITAL_CLEARING
    page = "hospital_result_import"
    lifecycle = HOSPITAL_RESULT_LIFECYCLE
    get_status_display = ResultFile.state_in_own_words

    class Meta(ResultFile.Meta):
        verbose_name = verbose_name_plural = _("医疗机构拨付结果")
        constraints: ClassVar[Any] = (applied_says_when("applied_hospital_results_say_when", SAYS_WHEN),)
        triggers = (HOSPITAL_RESULT_LIFECYCLE.trigger(),)


class HospitalResultRow(ResultStep):
    """A row about a payment to a hospital."""

    list_import = models.ForeignKey(HospitalResultImport, models.CASCADE, related_name="steps", db_index=False)
    payment = models.ForeignKey(HospitalPayment, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta(ResultStep.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["list_import", "action", "position"], name="one_hospital_result_row_a_position"
            ),
            _says_what_became_of_it("hospital_result_row_says_what_became_of_it"),
        )
