"""What was found of a claim: it looks like another case."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filings.models import InsuredPerson
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area, ServiceHall
from settlement.findings.lifecycle import FINDING_LIFECYCLE, decided_by_others
from settlement.models.claim import Claim
from settlement.models.settlement import Settlement
from settlement.vocabulary import FindingKind, FindingStatus


class FindingQuerySet(VisibleQuerySet["Finding"]):
    def holding(self) -> "FindingQuerySet":
        """Those that keep their claim from being paid."""
        return self.exclude(status=FindingStatus.CLEARED)


@tracked()
class Finding(models.Model):
    """A claim looks like another case, and is held until a reviewer has decided.

    area, hall, person: the claim's.  text: the other case by its number and area alone, which anybody may read who sees
    the claim.  facts: what it was found on; where they change, a cleared finding is open again.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    hall = models.ForeignKey(
        ServiceHall,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("受理窗口"),
    )
    person = models.ForeignKey(InsuredPerson, models.PROTECT, related_name="findings", verbose_name=_("参保人"))
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="findings", verbose_name=_("报销件"))
    kind = models.CharField(_("疑点"), max_length=16, choices=FindingKind.choices())
    other_claim = models.ForeignKey(
        Claim, models.PROTECT, null=True, blank=True, related_name="found_in", verbose_name=_("相关报销件")
    )
    other_settlement = models.ForeignKey(
        Settlement, models.PROTECT, null=True, blank=True, related_name="found_in", verbose_name=_("相关结算")
    )
    text = models.CharField(_("说明"), max_length=300)
    facts = models.JSONField(_("依据的事实"), editable=False)
    found_at = models.DateTimeField(_("发现时间"), auto_now_add=True)
    status = models.CharField(_("状态"), max_length=10, choices=FindingStatus.choices(), default=FindingStatus.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核查人")
    )
    decided_at = models.DateTimeField(_("核查时间"), null=True, blank=True)
    decision_reason = models.CharField(_("核查理由"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[FindingQuerySet] = FindingQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_FINDINGS
    hall_path = "hall"

    class Meta:
        verbose_name = verbose_name_plural = _("疑点")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(other_claim__isnull=False, other_settlement=None) & ~Q(other_claim=F("claim"))
                | Q(other_claim=None, other_settlement__isnull=False),
                name="finding_names_one_other_case",
                violation_error_message=_("疑点须指明另一件报销或结算"),
            ),
            models.UniqueConstraint(
                fields=["claim", "kind", "other_claim"],
                condition=Q(other_claim__isnull=False),
                name="one_finding_a_kind_and_claim",
                violation_error_message=_("该疑点已登记"),
            ),
            models.UniqueConstraint(
                fields=["claim", "kind", "other_settlement"],
                condition=Q(other_settlement__isnull=False),
                name="one_finding_a_kind_and_settlement",
                violation_error_message=_("该疑点已登记"),
            ),
            models.CheckConstraint(
                condition=Q(status="open", decided_by=None, decided_at=None, decision_reason="")
                | (~Q(status="open") & Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision_reason="")),
                name="finding_decision_says_who_when_why",
                violation_error_message=_("核查结论须有核查人、时间和理由，待核查的没有"),
            ),
        )
        indexes = (  # the list, whole or filtered, of areas and of halls
            models.Index(fields=["area", "-id"], name="finding_by_area"),
            models.Index(fields=["area", "status", "-id"], name="finding_by_status"),
            models.Index(fields=["hall", "status", "-id"], name="finding_by_hall"),
        )
        triggers = (
            FINDING_LIFECYCLE.trigger(),
            decided_by_others(),
            pgtrigger.ReadOnly(
                name="finding_stays_of_its_cases",
                fields=["area", "hall", "person", "claim", "kind", "other_claim", "other_settlement", "found_at"],
            ),
            pgtrigger.Protect(name="finding_stays", operation=pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("finding", args=[self.pk])

    @property
    def number(self) -> str:
        """YD + day found + serial number; follows from the row."""
        return f"YD{timezone.localdate(self.found_at):%Y%m%d}{self.pk:08d}"

    @property
    def made_at(self) -> "models.DateTimeField[object, object]":
        """As the worklist calls it."""
        return self.found_at  # type: ignore[return-value]

    @property
    def other(self) -> Claim | Settlement:
        found = self.other_claim or self.other_settlement
        assert found is not None  # noqa: S101 - the database has one of them
        return found
