"""What may be done next with a person: by the right of whoever looks, and by how the person's filings stand."""

import datetime as dt
from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from filings.changes.appraisal import outlook
from filings.home_care import HomeCare
from filings.models import Filing, InsuredPerson, Participation
from filings.models.filing import FILING_LIFECYCLE, OPEN, FilingStatus
from filings.panels import NextStep
from filings.vocabulary import Channel, Kind, Outcome
from hospitals.access import Reach, Right, User

KEYS = {"withdraw": "w", "resubmit": "t"}  # of the lifecycle's steps, on the filing's page
ASKING = {Kind.CHANGE: "c", Kind.CANCEL: "x"}


def steps_of(
    person: InsuredPerson,
    *,
    by: User,
    reach: Reach,
    participations: Sequence[Participation],
    filings: Sequence[Filing],
    home_care: HomeCare | None,
    today: dt.date,
) -> list[NextStep]:
    """filings: of the person, as far as `by` sees them."""

    def may(right: Right) -> bool:
        return person.area_id in reach.areas_of(right)

    steps: list[NextStep] = []
    filing = current_filing(filings, today)
    if may(Right.FILE):
        steps.append(_file(person, participations, filing, today))
        steps += _on_filing(filing, by, today) if filing else []
        steps += _after_filing(person, home_care)
    if may(Right.REVIEW_FILINGS):
        steps += _review(filings, by)
    if may(Right.KEEP_PEOPLE):
        steps += _register(person)
    return steps


def current_filing(filings: Sequence[Filing], today: dt.date) -> Filing | None:
    """The one asked for that is in effect, or else is to be."""
    asked_for = [
        filing
        for filing in filings
        if filing.channel != Channel.AUTOMATIC
        and filing.status in OPEN
        and (filing.end_on is None or filing.end_on >= today)
    ]
    begun = [filing for filing in asked_for if filing.start_on <= today]
    return next(iter(begun or asked_for), None)


def is_insured(participations: Sequence[Participation], day: dt.date) -> bool:
    return any(one.starts_on <= day and (one.ends_on is None or day <= one.ends_on) for one in participations)


def _file(
    person: InsuredPerson, participations: Sequence[Participation], filing: Filing | None, today: dt.date
) -> NextStep:
    why_not = ""
    if not is_insured(participations, today):
        why_not = _("没有生效中的参保关系，请先登记")
    elif filing and filing.end_on is None:
        why_not = _("已有备案 {number}（{place}，{status}）").format(
            number=filing.number, place=filing.destination.name, status=filing.get_status_display()
        )
    return NextStep(_("新建备案"), f"{reverse('new_filing')}?person={person.pk}", "n", why_not, 10)


def _on_filing(filing: Filing, by: User, today: dt.date) -> Iterator[NextStep]:
    for move in FILING_LIFECYCLE.open_to(filing, by):
        if move.verb in KEYS:
            on_its_page = f"{filing.get_absolute_url()}#{move.verb}"
            link = reverse("resubmit_filing", args=[filing.pk]) if move.verb == "resubmit" else on_its_page
            yield NextStep(move.label, link, KEYS[move.verb], order=20)
    if filing.status == FilingStatus.ACTIVE:
        for kind, answer in outlook(filing, today).items():
            why_not = "" if answer.outcome is Outcome.ACCEPT else "；".join(reason.text for reason in answer.reasons)
            label = _("{kind}备案").format(kind=kind.label)
            yield NextStep(label, reverse(f"ask_{kind}", args=[filing.pk]), ASKING[kind], why_not, 20)


def _after_filing(person: InsuredPerson, home_care: HomeCare | None) -> Iterator[NextStep]:
    if home_care and home_care.filing and home_care.missing:
        link = reverse("home_care", args=[home_care.filing.pk])
        yield NextStep(_("回参保地就医证明"), link, "h", order=60)
    yield NextStep(_("门诊慢特病认定"), reverse("new_recognition", args=[person.pk]), "m", order=70)


def _review(filings: Sequence[Filing], by: User) -> Iterator[NextStep]:
    """The first of those that wait; what was taken in by oneself is for somebody else."""
    waiting = next((filing for filing in reversed(filings) if filing.status == FilingStatus.PENDING), None)
    if waiting:
        refusal = FILING_LIFECYCLE.refusal(waiting, "approve", by)
        yield NextStep(_("审核备案"), waiting.get_absolute_url(), "v", str(refusal) if refusal else "", 15)


def _register(person: InsuredPerson) -> Iterator[NextStep]:
    yield NextStep(_("修改信息"), reverse("edit_person", args=[person.pk]), "e", order=90)
    yield NextStep(_("登记参保关系"), reverse("new_participation", args=[person.pk]), "p", order=91)
