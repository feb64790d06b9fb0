"""The desk's verbs: a filing is taken in, reviewed, handed in anew, withdrawn.  What ends it later is in `changes`."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.application import Application
from filings.appraisal import Assessment, assess_filing, open_filing_in, overlap
from filings.commitments import end_with_filing, keep_commitment
from filings.models import Filing, FilingMaterial, InsuredPerson
from filings.models.filing import FILING_LIFECYCLE, FilingStatus
from filings.register import require_at
from filings.vocabulary import Outcome
from hospitals.access import Right
from hospitals.constraints import refused_by_constraints
from hospitals.history import doing
from hospitals.models import ServiceHall
from hospitals.reasons import Refused


def file_person(
    *,
    by: User,
    person: InsuredPerson,
    application: Application,
    request_token: uuid.UUID,
    hall: ServiceHall | None = None,
) -> Filing:
    """Take a filing in: active at once or to review, as the policy says.  The same token again gives the same filing.

    Raises Refused with the reasons why not; a filing that is open already is named, also when it was made this moment.
    """
    require_at(by, Right.FILE, person, hall)
    with transaction.atomic(), doing(_("受理备案"), by=by):
        InsuredPerson.objects.select_for_update(no_key=True).get(pk=person.pk)
        earlier = Filing.objects.filter(request_token=request_token).first()
        if earlier:
            return _same(earlier, person, by)
        assessment = _fileable(assess_filing(person=person, application=application))
        filing = Filing(
            area_id=person.area_id,
            hall=hall,
            person=person,
            made_by=by,
            request_token=request_token,
            status=FilingStatus.PENDING if assessment.answer.outcome is Outcome.REVIEW else FilingStatus.ACTIVE,
        )
        fill_in(filing, assessment)
        with one_open_filing(filing):
            filing.save()
        keep_materials(filing, application)
        keep_commitment(by=by, filing=filing, assessment=assessment, on=timezone.localdate())
    return filing


def approve(*, by: User, filing: Filing, version: int | None = None, reason: str = "") -> Filing:
    return _review("approve", by, filing, version, reason)


def send_back(*, by: User, filing: Filing, reason: str, version: int | None = None) -> Filing:
    return _review("send_back", by, filing, version, reason)


def refuse(*, by: User, filing: Filing, reason: str, version: int | None = None) -> Filing:
    return _review("refuse", by, filing, version, reason)


def resubmit(
    *, by: User, filing: Filing, application: Application, version: int | None = None, reason: str = ""
) -> Filing:
    """Hand a returned filing in again with corrected contents, for review as before; the day it was asked for stays."""

    def correct(locked: Filing) -> None:
        assessment = _fileable(assess_filing(person=filing.person, application=application, replacing=locked))
        fill_in(locked, assessment)
        locked.made_by = by  # whoever hands in may not review
        locked.reviewed_by, locked.reviewed_at, locked.review_reason = None, None, ""
        locked.materials.all().delete()
        keep_materials(locked, application)
        keep_commitment(by=by, filing=locked, assessment=assessment, on=timezone.localdate())

    if application.filed_on != filing.filed_on:
        raise ValueError("a filing handed in anew keeps the day it was asked for")
    with transaction.atomic():
        InsuredPerson.objects.select_for_update(no_key=True).get(pk=filing.person_id)
        with one_open_filing(filing):
            return FILING_LIFECYCLE.take(filing, "resubmit", by=by, reason=reason, version=version, effect=correct)


def withdraw(*, by: User, filing: Filing, reason: str, version: int | None = None) -> Filing:
    """Take a filing back before it is in effect."""
    return FILING_LIFECYCLE.take(
        filing, "withdraw", by=by, reason=reason, version=version, effect=lambda locked: _end(locked, by, reason)
    )


def _review(verb: str, by: User, filing: Filing, version: int | None, reason: str) -> Filing:
    def reviewed(locked: Filing) -> None:
        locked.reviewed_by, locked.reviewed_at, locked.review_reason = by, timezone.now(), reason.strip()
        if verb == "refuse":
            end_with_filing(by=by, filing=locked, on=timezone.localdate(), reason=reason)

    return FILING_LIFECYCLE.take(filing, verb, by=by, reason=reason, version=version, effect=reviewed)


def _end(filing: Filing, by: User, reason: str) -> None:
    end_with_filing(by=by, filing=filing, on=timezone.localdate(), reason=reason)
    filing.ended_by, filing.ended_at, filing.end_reason = by, timezone.now(), reason.strip()


def _same(earlier: Filing, person: InsuredPerson, by: User) -> Filing:
    if earlier.person_id != person.pk or earlier.made_by_id != by.pk:
        raise Refused.because("token_used", _("此页面已提交过另一件备案，请重新打开页面"))
    return earlier


@contextmanager
def one_open_filing(filing: Filing) -> Iterator[None]:
    """Another filing that got in first is named, not just reported as a clash."""
    try:
        with refused_by_constraints(Filing):
            yield
    except Refused as refused:
        other = open_filing_in(filing.person, filing.start_on, filing)
        if refused.reasons[0].code != "one_filing_at_a_time" or other is None:
            raise
        raise Refused(overlap(other)) from refused


def _fileable(assessment: Assessment) -> Assessment:
    if not assessment.is_fileable:
        raise assessment.refusal()
    return assessment


def fill_in(filing: Filing, assessment: Assessment) -> None:
    asked, answer = assessment.application, assessment.answer
    insured, policy = assessment.standing.insured, assessment.standing.policy
    filing.scheme, filing.employment = insured.scheme, insured.employment
    filing.category, filing.variant = asked.category, asked.variant or ""
    filing.destination, filing.channel, filing.note = asked.destination, asked.channel, asked.note
    filing.filed_on, filing.admitted_on = asked.filed_on, asked.admitted_on
    filing.discharge_settled = asked.discharge_settled
    filing.hospital_name, filing.ward, filing.condition = asked.hospital_name, asked.ward, asked.condition
    filing.disease, filing.occasion = asked.disease, asked.occasion or ""
    filing.issuer, filing.issuer_name = asked.issuer, asked.issuer.name if asked.issuer else asked.issuer_name
    agent = asked.agent
    filing.agent_name, filing.agent_relation = (agent.name, agent.relation) if agent else ("", "")
    filing.agent_phone, filing.agent_id_number = (agent.phone, agent.id_number) if agent else ("", "")
    if not (answer.scope and answer.tier and answer.settlement and answer.start_on and policy):
        raise ValueError(f"an answer of {answer.outcome} is nothing to keep")
    filing.scope, filing.tier, filing.settlement = answer.scope, answer.tier, answer.settlement
    filing.start_on = answer.start_on
    filing.policy, filing.decision = policy, assessment.as_record()


def keep_materials(filing: Filing, application: Application) -> None:
    FilingMaterial.objects.bulk_create(
        FilingMaterial(filing=filing, material=seen.material, originals=seen.originals, copies=seen.copies)
        for seen in application.materials
    )
