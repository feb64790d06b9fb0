"""Settlements of people from elsewhere at our hospitals, as the platform tells them (DY-13)."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.identity import IdType, masked
from filings.vocabulary import Category, Scheme
from hospitals.access import Right, VisibleQuerySet
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Scope, Service
from settlement.models.settlement import yuan
from settlement.vocabulary import InboundSource

FUND_PARTS = ("hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay")
AMOUNTS = (
    *("medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt", "act_pay_dedc"),
    *(*FUND_PARTS, "fund_pay_sumamt", "hosp_part_amt", "psn_part_amt", "acct_pay"),
)
"""Amounts of an inbound settlement under their names in the national interface; a reversal takes each contrary."""
OWN_OF_REVERSAL = ("id", "setl_id", "reverses_id", "settled_on", "source", "told_at", *AMOUNTS)


def _is_whole() -> pgtrigger.Trigger:
    """The hospital is one of the area's; a reversal is the exact contrary of a settlement that is none."""
    contrary = " OR ".join(f"NEW.{name} <> -told.{name}" for name in AMOUNTS)
    own = ", ".join(f"'{name}'" for name in OWN_OF_REVERSAL)
    return pgtrigger.Trigger(
        name="inbound_settlement_is_whole",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("told", "settlement_inboundsettlement%ROWTYPE")],
        func=f"""
            IF NOT EXISTS (SELECT 1 FROM hospitals_hospital WHERE id = NEW.hospital_id AND area_id = NEW.area_id) THEN
                RAISE EXCEPTION '医院须为本统筹区的医院' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF NEW.reverses_id IS NOT NULL THEN
                SELECT * INTO told FROM settlement_inboundsettlement WHERE id = NEW.reverses_id;
                IF told.reverses_id IS NOT NULL OR NEW.settled_on < told.settled_on OR {contrary}
                    OR to_jsonb(NEW) - ARRAY[{own}] <> to_jsonb(told) - ARRAY[{own}] THEN
                    RAISE EXCEPTION '冲正须与原结算相反、不早于原结算'
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
            END IF;
            RETURN NEW;
        """,  # noqa: S608 - the names are ours
    )


class InboundSettlementQuerySet(VisibleQuerySet["InboundSettlement"]):
    def standing(self) -> "InboundSettlementQuerySet":
        """Those that count: neither reversed nor a reversal."""
        return self.filter(reverses=None, reversal=None)


class InboundSettlement(models.Model):
    """One stay of a person insured elsewhere, settled at one of our hospitals; amounts in yuan as the platform says.

    area: ours, the treatment area.  The person is on no register here.  Never changed; a reversal is a row of its own
    with the contrary amounts, which `reverses` the first.  acct_pay: what of the personal part comes from the personal
    account, which like the funds is paid to the hospital by us.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("就医地"))
    hospital = models.ForeignKey(
        Hospital, models.PROTECT, related_name="inbound_settlements", db_index=False, verbose_name=_("医院")
    )
    insured_area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    scope = models.CharField(_("范围"), max_length=16, choices=Scope.choices())
    setl_id = models.CharField(_("结算ID"), max_length=30)
    mdtrt_id = models.CharField(_("就诊ID"), max_length=30)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("冲正的结算")
    )
    name = models.CharField(_("姓名"), max_length=50)
    id_type = models.CharField(_("证件类型"), max_length=2, choices=IdType.choices(), default=IdType.RESIDENT_ID)
    id_number = models.CharField(_("证件号码"), max_length=30)
    scheme = models.CharField(_("险种"), max_length=10, choices=Scheme.choices())
    service = models.CharField(_("服务"), max_length=12, choices=Service.choices())
    category = models.CharField(
        _("备案类别"), max_length=20, choices=Category.choices(), null=True, blank=True, help_text=_("空为平台未告知")
    )
    admitted_on = models.DateField(_("入院日期"))
    discharged_on = models.DateField(_("出院日期"))
    settled_on = models.DateField(_("结算日期"))
    medfee_sumamt = yuan(_("医疗费总额"))
    fulamt_ownpay_amt = yuan(_("全自费"))
    overlmt_selfpay = yuan(_("超限价自费"))
    preselfpay_amt = yuan(_("先行自付"))
    inscp_scp_amt = yuan(_("符合政策范围费用"))
    act_pay_dedc = yuan(_("起付标准"))
    hifp_pay = yuan(_("统筹基金支付"))
    cvlserv_pay = yuan(_("公务员医疗补助"))
    hifes_pay = yuan(_("企业补充医疗保险"))
    hifmi_pay = yuan(_("居民大病保险"))
    hifob_pay = yuan(_("职工大额补助"))
    maf_pay = yuan(_("医疗救助"))
    oth_pay = yuan(_("其他基金支付"))
    fund_pay_sumamt = yuan(_("基金支付总额"))
    hosp_part_amt = yuan(_("医院负担"))
    psn_part_amt = yuan(_("个人负担"))
    acct_pay = yuan(_("个人账户支付"))
    source = models.CharField(_("来源"), max_length=10, choices=InboundSource.choices())
    told_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    objects: ClassVar[InboundSettlementQuerySet] = InboundSettlementQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_HOSPITAL_CLEARING

    class Meta:
        verbose_name = verbose_name_plural = _("来本地就医结算")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["area", "mdtrt_id", "setl_id"],
                condition=Q(reverses=None),
                name="inbound_settlement_once",
                violation_error_message=_("该就诊ID、结算ID的结算已登记"),
            ),
            models.CheckConstraint(
                condition=Q(
                    medfee_sumamt=F("fund_pay_sumamt") + F("hosp_part_amt") + F("psn_part_amt"),
                    fund_pay_sumamt=F("hifp_pay")
                    + F("cvlserv_pay")
                    + F("hifes_pay")
                    + F("hifmi_pay")
                    + F("hifob_pay")
                    + F("maf_pay")
                    + F("oth_pay"),
                ),
                name="inbound_parts_make_the_total",
                violation_error_message=_("各项基金、医院负担与个人负担之和须等于医疗费总额"),
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, acct_pay__lte=F("psn_part_amt"), **{f"{name}__gte": 0 for name in AMOUNTS})
                | Q(reverses__isnull=False, **{f"{name}__lte": 0 for name in AMOUNTS}),
                name="inbound_amounts_have_their_sign",
                violation_error_message=_("结算金额不能为负，冲正金额不能为正，个人账户支付不能超过个人负担"),
            ),
            models.CheckConstraint(
                condition=Q(discharged_on__gte=F("admitted_on"), settled_on__gte=F("admitted_on")),
                name="inbound_days_in_order",
                violation_error_message=_("出院日期、结算日期不能早于入院日期"),
            ),
            models.CheckConstraint(
                condition=~Q(insured_area=F("area")) & ~Q(mdtrt_id="") & ~Q(setl_id="") & ~Q(name="")
                & ~Q(id_number=""),
                name="inbound_says_who_and_whence",
                violation_error_message=_("须有就诊ID、结算ID、姓名和证件号码；参保地须为外地"),
            ),
        )  # fmt: skip
        indexes = (
            models.Index(fields=["area", "-id"], name="inbound_by_area"),
            models.Index(fields=["area", "settled_on", "id"], name="inbound_by_day"),
            models.Index(fields=["hospital", "-id"], name="inbound_by_hospital"),
            models.Index(fields=["area", "id_number", "id"], name="inbound_by_id_number"),
            models.Index(fields=["area", "fund_pay_sumamt", "id"], name="inbound_by_fund"),
        )
        triggers = (
            pgtrigger.Protect(name="inbound_settlement_is_final", operation=pgtrigger.Update | pgtrigger.Delete),
            _is_whole(),
        )

    def __str__(self) -> str:
        return self.setl_id

    def get_absolute_url(self) -> str:
        return reverse("inbound_settlement", args=[self.pk])

    @property
    def masked_id_number(self) -> str:
        return masked(self.id_number)


class InboundDisclosure(models.Model):
    """Somebody looked at the whole id number of a person who is on no register here.  Append-only."""

    settlement = models.ForeignKey(
        InboundSettlement, models.PROTECT, related_name="disclosures", verbose_name=_("结算")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("查看人")
    )
    at = models.DateTimeField(_("查看时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("证件号码查看记录")
        ordering = ("-id",)
        triggers = (pgtrigger.Protect(name="inbound_seen_stays_seen", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.settlement} · {self.by}"
