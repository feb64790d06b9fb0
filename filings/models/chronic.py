"""Chronic-disease qualifications: recognised at home, or where a person filed elsewhere lives."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from filings.models.filing import Filing
from filings.models.people import InsuredPerson
from filings.vocabulary import Recognition
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area


@tracked()
class ChronicQualification(models.Model):
    """A recognition as it came back, and, where it was granted, the chronic filing that follows from it.

    filing: the long-term filing under which the treatment area recognised it; None for the home area's own.
    starts_on: from when chronic treatment may be settled; None where it was not granted.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="chronic_qualifications", verbose_name=_("参保人")
    )
    filing = models.ForeignKey(
        Filing,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="chronic_qualifications",
        verbose_name=_("所依长期备案"),
    )
    disease = models.CharField(_("病种"), max_length=100)
    recognised_in = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("认定地"))
    recognised_on = models.DateField(_("认定日期"))
    reference = models.CharField(_("认定文号"), max_length=50, blank=True)
    result = models.CharField(_("认定结果"), max_length=10, choices=Recognition.choices())
    returned_on = models.DateField(_("结果返回日期"))
    starts_on = models.DateField(_("备案开始"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    objects: ClassVar[VisibleQuerySet["ChronicQualification"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_FILINGS

    class Meta:
        verbose_name = verbose_name_plural = _("门诊慢特病认定")
        ordering = ("-returned_on", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["person", "disease", "recognised_in", "recognised_on"],
                name="one_recognition_once",
                violation_error_message=_("该认定结果已登记"),
            ),
            models.CheckConstraint(
                condition=Q(recognised_in=F("area"), filing=None) | (~Q(recognised_in=F("area")) & ~Q(filing=None)),
                name="recognition_elsewhere_has_its_filing",
                violation_error_message=_("就医地认定须有长期备案，参保地认定不填"),
            ),
            models.CheckConstraint(
                condition=Q(result="recognised", starts_on__isnull=False) | Q(result="refused", starts_on=None),
                name="recognition_starts_where_granted",
                violation_error_message=_("认定通过的须有备案开始日期，不予认定的不填"),
            ),
            models.CheckConstraint(
                condition=Q(returned_on__gte=F("recognised_on")),
                name="recognition_returns_after_it_is_made",
                violation_error_message=_("结果返回日期不能早于认定日期"),
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(starts_on__gte=F("recognised_on")),
                name="recognition_starts_after_it_is_made",
                violation_error_message=_("备案开始不能早于认定日期"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.disease} {self.get_result_display()}"
