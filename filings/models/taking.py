"""A case that somebody has taken for themself, so that two reviewers do not work on one."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hospitals.lifecycle import Lifecycle

IN_REVIEW = "pending"


class Taken(models.Model):
    """Columns of a case under review.  Who has taken it decides it; a supervisor may release it."""

    lifecycle: ClassVar[Lifecycle]
    deciding: ClassVar[str] = "approve"  # the verb by which it is decided

    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("领取人"),
    )
    taken_at = models.DateTimeField(_("领取时间"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True


def taken_in_review(name: str) -> models.CheckConstraint:
    """Nobody holds a case that does not wait for review; who holds one has a time."""
    return models.CheckConstraint(
        condition=Q(taken_by=None, taken_at=None) | Q(taken_by__isnull=False, taken_at__isnull=False, status=IN_REVIEW),
        name=name,
        violation_error_message=_("只有待审核的件可以领取"),
    )
