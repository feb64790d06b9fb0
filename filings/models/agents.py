"""Who acts for a person: columns that filings, registrations and card replacements share."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from filings.identity import IdType, id_number_fault, masked, masked_phone, normal_number
from filings.vocabulary import Relation


class ActedFor(models.Model):
    """An agent, empty where the person came themself.  The id number is that of an identity card."""

    agent_name = models.CharField(_("代办人"), max_length=50, blank=True)
    agent_relation = models.CharField(_("与参保人关系"), max_length=10, choices=Relation.choices(), blank=True)
    agent_phone = models.CharField(_("代办人电话"), max_length=20, blank=True)
    agent_id_number = models.CharField(_("代办人身份证号码"), max_length=18, blank=True)

    history_masks: ClassVar = {"agent_id_number": masked, "agent_phone": masked_phone}

    class Meta:
        abstract = True

    @property
    def masked_agent_id(self) -> str:
        return masked(self.agent_id_number) if self.agent_id_number else ""

    def clean(self) -> None:
        super().clean()
        self.agent_id_number = normal_number(self.agent_id_number)
        fault = self.agent_id_number and id_number_fault(IdType.RESIDENT_ID, self.agent_id_number)
        if fault:
            raise ValidationError({"agent_id_number": fault})
