"""Where the platform's figures differ from what the portal calculates: work for a reviewer."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.models import InsuredPerson
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.lifecycle import Lifecycle, Move
from hospitals.models import Area
from settlement.models.settlement import Settlement
from settlement.vocabulary import SettlementDifferenceStatus

S = SettlementDifferenceStatus
DIFFERENCE_LIFECYCLE = Lifecycle(
    (
        Move(
            "explain",
            "说明差异",
            frozenset({S.OPEN}),
            S.EXPLAINED,
            Right.REVIEW_CLAIMS,
            needs_reason=True,
            or_right=Right.REVERSE_SETTLEMENTS,
        ),
        Move(
            "reopen",
            "重新核查",
            frozenset({S.EXPLAINED}),
            S.OPEN,
            Right.REVIEW_CLAIMS,
            needs_reason=True,
            or_right=Right.REVERSE_SETTLEMENTS,
        ),
        Move("correct", "平台更正", frozenset({S.OPEN, S.EXPLAINED}), S.CORRECTED, Right.SEE_CLAIMS, by_portal=True),
    )
)


@tracked()
class SettlementDifference(models.Model):
    """A settlement that the platform has calculated otherwise than the portal would, or that the portal cannot.

    rows: {name, label, theirs, ours} of each amount that differs.  reasons: why the portal cannot calculate it.
    It is corrected by the platform alone: once the settlement is reversed.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    person = models.ForeignKey(InsuredPerson, models.PROTECT, related_name="+", verbose_name=_("参保人"))
    settlement = models.OneToOneField(
        Settlement, models.PROTECT, related_name="difference", verbose_name=_("平台计算的结算")
    )
    rows = models.JSONField(_("不同之处"), default=list)
    reasons = models.JSONField(_("不能核算的原因"), default=list)
    found_at = models.DateTimeField(_("发现时间"), auto_now_add=True)
    status = models.CharField(_("状态"), max_length=10, choices=S.choices(), default=S.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核查人")
    )
    decided_at = models.DateTimeField(_("核查时间"), null=True, blank=True)
    explanation = models.CharField(_("说明"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[VisibleQuerySet["SettlementDifference"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_CLAIMS

    class Meta:
        verbose_name = verbose_name_plural = _("结算差异")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(status="explained")
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(explanation="")),
                name="difference_explained_by_somebody",
                violation_error_message=_("说明差异须有核查人、时间和说明"),
            ),
        )
        indexes = (
            models.Index(fields=["area", "-id"], name="difference_by_area"),
            models.Index(fields=["area", "status", "-id"], name="difference_by_status"),
        )
        triggers = (
            DIFFERENCE_LIFECYCLE.trigger(),
            pgtrigger.ReadOnly(
                name="difference_stays_as_found",
                fields=["area", "person", "settlement", "rows", "reasons", "found_at"],
            ),
            pgtrigger.Protect(name="difference_stays", operation=pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"{self.settlement} {_('差异')}"

    def get_absolute_url(self) -> str:
        return reverse("difference", args=[self.pk])

    @property
    def number(self) -> str:
        """As its settlement is called."""
        return self.settlement.number

    @property
    def made_at(self) -> "models.DateTimeField[object, object]":
        """As the worklist calls it."""
        return self.found_at  # type: ignore[return-value]
