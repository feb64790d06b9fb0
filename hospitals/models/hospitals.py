"""Networked hospitals and the services each has opened."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hospitals.access import DirectoryQuerySet
from hospitals.history import tracked
from hospitals.models.areas import Area
from hospitals.vocabulary import Level, Scope, Service


class HospitalQuerySet(DirectoryQuerySet["Hospital"]):
    def networked(self) -> "HospitalQuerySet":
        return self.filter(withdrawn_on=None)


@tracked()
class Hospital(models.Model):
    """A hospital on an agency's published list, with what the list says of it and nothing more."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="hospitals", verbose_name=_("统筹区"), db_index=False)
    county = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="county_hospitals", verbose_name=_("县（市、区）")
    )
    name = models.CharField(_("医院名称"), max_length=100)
    code = models.CharField(_("医保编码"), max_length=12, blank=True)
    level = models.CharField(_("级别"), max_length=8, choices=Level.choices(), blank=True)
    level_text = models.CharField(_("级别（原文）"), max_length=20, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    phone = models.CharField(_("电话"), max_length=60, blank=True)
    batch = models.CharField(_("批次"), max_length=40, blank=True)
    source = models.CharField(_("出处"), max_length=200, blank=True)
    withdrawn_on = models.DateField(_("退网日期"), null=True, blank=True)

    objects: ClassVar[HospitalQuerySet] = HospitalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = verbose_name_plural = _("联网医院")
        ordering = ("area", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["area", "name"], name="one_hospital_a_name", violation_error_message=_("该统筹区已有同名医院")
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=~Q(code=""),
                name="one_hospital_a_code",
                violation_error_message=_("医保编码已被其他医院使用"),
            ),
        )
        indexes = (
            models.Index(fields=["area", "id"], name="hospital_by_area"),
            models.Index(fields=["code", "id"], name="hospital_by_code"),
            models.Index(fields=["name", "id"], name="hospital_by_name"),
            models.Index(fields=["level", "id"], name="hospital_by_level"),
        )

    def __str__(self) -> str:
        return self.name


@tracked()
class NetworkedService(models.Model):
    """A service a hospital has opened for people from elsewhere: which service, for which scope, from when."""

    hospital = models.ForeignKey(Hospital, models.CASCADE, related_name="services", verbose_name=_("医院"))
    service = models.CharField(_("服务"), max_length=12, choices=Service.choices())
    scope = models.CharField(_("范围"), max_length=16, choices=Scope.choices())
    opened_on = models.DateField(_("开通日期"))
    closed_on = models.DateField(_("停止日期"), null=True, blank=True, help_text=_("最后一天"))
    opened_assumed = models.BooleanField(_("开通日期待核定"), default=False)
    source = models.CharField(_("出处"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("开通业务")
        ordering = ("hospital", "service", "scope", "opened_on")
        constraints = (
            models.UniqueConstraint(
                fields=["hospital", "service", "scope"],
                condition=Q(closed_on=None),
                name="service_open_once",
                violation_error_message=_("该医院此项业务已开通"),
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="service_closes_after_opening",
                violation_error_message=_("停止日期不能早于开通日期"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_service_display()}·{self.get_scope_display()}"
