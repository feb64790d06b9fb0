"""What the platform tells the portal: every exchange as it was, stays at networked hospitals, slips from outside."""

from typing import ClassVar, Self

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.models import Filing, InsuredPerson
from filings.platform.codes import MedicalType, Transaction
from filings.vocabulary import Category, Scheme, SettlementWay, Tier
from hospitals.access import Right, VisibleQuerySet
from hospitals.compiled import CompiledQuery, Given
from hospitals.history import tracked
from hospitals.lifecycle import Lifecycle, Move
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Level, Service
from settlement.models.settlement import Settlement
from settlement.vocabulary import AdmissionStatus

S = AdmissionStatus
SEE = Right.SEE_CLAIMS
ADMISSION_LIFECYCLE = Lifecycle(
    (
        Move("discharge", "出院", frozenset({S.ADMITTED}), S.DISCHARGED, SEE, by_portal=True),
        Move("return", "撤销出院", frozenset({S.DISCHARGED}), S.ADMITTED, SEE, by_portal=True),
        Move("settle", "结算", frozenset({S.ADMITTED, S.DISCHARGED}), S.SETTLED, SEE, by_portal=True),
        Move("reverse", "撤销结算", frozenset({S.SETTLED}), S.DISCHARGED, SEE, by_portal=True),
        Move("cancel", "撤销入院", frozenset({S.ADMITTED, S.DISCHARGED}), S.CANCELLED, SEE, by_portal=True),
    )
)


class AdmissionQuerySet(VisibleQuerySet["Admission"]):
    def known_as(self, mdtrt_id: str) -> "Admission | None":
        """The stay of a number that the portal gave, locked by nobody; None for any other text."""
        return _known_as(_KNOWN, mdtrt_id)

    def held_as(self, mdtrt_id: str) -> "Admission | None":
        """The same with its row locked.  has_slips: whether any waits to be settled."""
        return _known_as(_HELD, mdtrt_id)


@tracked()
class Admission(models.Model):
    """A stay (or visit) at a hospital elsewhere that the platform told of and the portal accepted (2401).

    trum_flag, rel_ttp_flag: the hospital's marks of an injury and of a third party's part in it; has_statement: the
    signed 《外伤无第三方责任承诺书》 is with the hospital.  decision: tier, reasons and clauses of the answer.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="admissions", db_index=False, verbose_name=_("参保人")
    )
    filing = models.ForeignKey(
        Filing, models.PROTECT, null=True, blank=True, related_name="admissions", verbose_name=_("备案")
    )
    treatment_area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("就医地"))
    hospital = models.ForeignKey(
        Hospital, models.PROTECT, null=True, blank=True, related_name="admissions", verbose_name=_("医院")
    )
    hospital_code = models.CharField(_("医院编码"), max_length=12)
    hospital_name = models.CharField(_("医院名称"), max_length=100)
    hospital_level = models.CharField(_("医院级别"), max_length=8, choices=Level.choices(), blank=True)
    scheme = models.CharField(_("险种"), max_length=10, choices=Scheme.choices())
    service = models.CharField(_("服务"), max_length=12, choices=Service.choices())
    med_type = models.CharField(_("医疗类别"), max_length=2, choices=MedicalType.choices())
    ipt_no = models.CharField(_("住院号"), max_length=30, blank=True)
    diagnosis = models.CharField(_("诊断"), max_length=200, blank=True)
    disease = models.CharField(_("病种"), max_length=100, blank=True)
    admitted_on = models.DateField(_("入院日期"))
    discharged_on = models.DateField(_("出院日期"), null=True, blank=True)
    is_emergency = models.BooleanField(_("急诊标志"), default=False)
    trum_flag = models.BooleanField(_("外伤标志"), default=False)
    rel_ttp_flag = models.BooleanField(_("涉及第三方标志"), default=False)
    has_statement = models.BooleanField(_("已签外伤无第三方责任承诺书"), default=False)
    category = models.CharField(_("就医类别"), max_length=20, choices=Category.choices())
    tier = models.CharField(_("待遇档次"), max_length=10, choices=Tier.choices())
    way = models.CharField(_("结算方式"), max_length=10, choices=SettlementWay.choices())
    decision = models.JSONField(_("认定结果"))
    status = models.CharField(_("状态"), max_length=10, choices=S.choices(), default=S.ADMITTED)
    settlement = models.OneToOneField(
        Settlement, models.PROTECT, null=True, blank=True, related_name="admission", verbose_name=_("结算")
    )
    told_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[AdmissionQuerySet] = AdmissionQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = SEE
    lifecycle = ADMISSION_LIFECYCLE

    class Meta:
        verbose_name = verbose_name_plural = _("异地住院")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(discharged_on=None) | Q(discharged_on__gte=F("admitted_on")),
                name="admission_ends_after_start",
                violation_error_message=_("出院日期不能早于入院日期"),
            ),
            models.CheckConstraint(
                condition=Q(status=S.SETTLED, settlement__isnull=False, discharged_on__isnull=False)
                | (~Q(status=S.SETTLED) & Q(settlement=None)),
                name="admission_settled_has_settlement",
                violation_error_message=_("已结算的住院须有结算和出院日期"),
            ),
            models.CheckConstraint(
                condition=~Q(status=S.DISCHARGED) | Q(discharged_on__isnull=False),
                name="admission_discharged_has_day",
                violation_error_message=_("已出院的须有出院日期"),
            ),
            models.UniqueConstraint(
                fields=["hospital_code", "ipt_no", "person", "admitted_on"],
                condition=~Q(status=S.CANCELLED.value) & ~Q(ipt_no=""),
                name="one_admission_an_inpatient_number",
                violation_error_message=_("该住院号已办理入院"),
            ),
        )
        indexes = (
            models.Index(fields=["area", "-id"], name="admission_by_area"),
            models.Index(fields=["area", "status", "-id"], name="admission_by_status"),
            models.Index(fields=["person", "-admitted_on"], name="admission_by_person"),
        )
        triggers = (ADMISSION_LIFECYCLE.trigger(),)

    def __str__(self) -> str:
        return self.mdtrt_id

    def get_absolute_url(self) -> str:
        return reverse("admission", args=[self.pk])

    @property
    def mdtrt_id(self) -> str:
        """就诊ID, 22 characters: S + home area (6) + yyMMdd of admission + serial of nine digits."""
        return f"S{self.area_id}{self.admitted_on:%y%m%d}{self.pk:09d}"


class ExchangeQuerySet(VisibleQuerySet["Exchange"]):
    def refused(self) -> Self:
        return self.exclude(infcode=0)

    def unheeded(self) -> Self:
        """Refused, without a ticket, and not put right since: the sender has not done the same for the person later."""
        later = Exchange.objects.filter(
            person=OuterRef("person"),
            infno=OuterRef("infno"),
            sender=OuterRef("sender"),
            infcode=0,
            pk__gt=OuterRef("pk"),
        )
        return self.refused().filter(~Exists(later), ticket=None)


class Exchange(models.Model):
    """One message of the platform and the portal's answer, letter by letter; the same `msgid` again gets the same.

    area: the home area that the message is about; null where it names none of ours.  digest: of what the message says,
    without its clock and signature.  error_code: why it was refused, for programs; empty where it was done.
    """

    msgid = models.CharField(_("发送方报文ID"), max_length=30, unique=True)
    infno = models.CharField(_("交易"), max_length=4)
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("参保地")
    )
    person = models.ForeignKey(
        InsuredPerson,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="exchanges",
        db_index=False,
        verbose_name=_("参保人"),
    )
    admission = models.ForeignKey(
        Admission, models.PROTECT, null=True, blank=True, related_name="exchanges", verbose_name=_("住院")
    )
    settlement = models.ForeignKey(
        Settlement, models.PROTECT, null=True, blank=True, related_name="exchanges", verbose_name=_("结算")
    )
    sender = models.CharField(_("发送机构编号"), max_length=12)
    sender_name = models.CharField(_("发送机构"), max_length=200, blank=True)
    treatment_area = models.CharField(_("就医地"), max_length=6, blank=True)
    digest = models.CharField(max_length=64, editable=False)
    request = models.TextField(_("请求"))
    reply = models.TextField(_("应答"))
    infcode = models.SmallIntegerField(_("状态码"))
    error_code = models.CharField(_("拒绝代码"), max_length=60, blank=True)
    err_msg = models.CharField(_("错误信息"), max_length=200, blank=True)
    received_at = models.DateTimeField(_("收到时间"))
    answered_at = models.DateTimeField(_("应答时间"), auto_now_add=True)

    objects: ClassVar[ExchangeQuerySet] = ExchangeQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = SEE

    class Meta:
        verbose_name = verbose_name_plural = _("平台报文")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["area", "-id"], name="exchange_by_area"),
            models.Index(fields=["area", "infno", "-id"], name="exchange_by_infno"),
            models.Index(fields=["area", "-id"], condition=~Q(infcode=0), name="exchange_refused"),
            BrinIndex(fields=["received_at"], name="exchange_by_day"),
            models.Index(fields=["person", "-id"], name="exchange_by_person"),
        )
        triggers = (pgtrigger.Protect(name="exchange_is_final", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.msgid

    def get_absolute_url(self) -> str:
        return reverse("exchange", args=[self.pk])

    @property
    def transaction_name(self) -> str:
        return Transaction.name_of(self.infno)

    @property
    def err_words(self) -> str:
        """`err_msg` without the code that it begins with."""
        return self.err_msg.removeprefix(self.error_code).strip()


class OffHospitalSlip(models.Model):
    """《住院期间外院检查治疗或定点药店购药单》: what another institution charged within a stay, once (WF-12)."""

    admission = models.ForeignKey(Admission, models.PROTECT, related_name="slips", verbose_name=_("住院"))
    institution_code = models.CharField(_("机构编码"), max_length=12)
    institution_name = models.CharField(_("机构名称"), max_length=100)
    number = models.CharField(_("单据号"), max_length=40)
    charged_on = models.DateField(_("费用日期"))
    medfee_sumamt = models.DecimalField(_("费用"), max_digits=16, decimal_places=2)
    fulamt_ownpay_amt = models.DecimalField(_("全自费"), max_digits=16, decimal_places=2, default=0)
    overlmt_selfpay = models.DecimalField(_("超限价自费"), max_digits=16, decimal_places=2, default=0)
    preselfpay_amt = models.DecimalField(_("先行自付"), max_digits=16, decimal_places=2, default=0)
    settlement = models.ForeignKey(
        Settlement, models.PROTECT, null=True, blank=True, related_name="slips", verbose_name=_("计入的结算")
    )
    told_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("外院检查治疗及购药单")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["institution_code", "number"],
                name="one_slip_a_number",
                violation_error_message=_("该单据已登记"),
            ),
            models.CheckConstraint(
                condition=Q(
                    medfee_sumamt__gt=0, fulamt_ownpay_amt__gte=0, overlmt_selfpay__gte=0, preselfpay_amt__gte=0
                )
                & Q(medfee_sumamt__gte=F("fulamt_ownpay_amt") + F("overlmt_selfpay") + F("preselfpay_amt")),
                name="slip_parts_within_total",
                violation_error_message=_("自费与自付之和不能超过费用总额"),
            ),
        )

    def __str__(self) -> str:
        return self.number


def _known() -> models.QuerySet[Admission]:
    joined = ("person__area", "hospital", "treatment_area__parent", "filing")
    waiting = OffHospitalSlip.objects.filter(admission=OuterRef("pk"), settlement=None)
    return (
        Admission.objects.filter(pk=Given("pk")).select_related(*joined).annotate(has_slips=Exists(waiting)).order_by()
    )


_KNOWN = CompiledQuery(_known)
_HELD = CompiledQuery(lambda: _known().select_for_update(no_key=True, of=("self",)))


def _known_as(query: CompiledQuery[Admission], mdtrt_id: str) -> Admission | None:
    serial = mdtrt_id[-9:]
    if len(mdtrt_id) != 22 or not (serial.isascii() and serial.isdigit()):
        return None
    found = query.first(pk=int(serial))
    return found if found and found.mdtrt_id == mdtrt_id else None
