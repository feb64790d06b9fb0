"""Panels of a person's page: the social-security card, inpatient registrations."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from filings.card_standing import standing_of_card
from filings.models import CardTest, FilingPolicy, InpatientRegistration, InsuredPerson, SocialSecurityCard
from filings.models.card_lifecycles import ReplacementStatus
from filings.models.registrations import RegistrationStatus
from filings.panels import NextStep, Panel
from filings.vocabulary import CardStatus, CardTestResult
from hospitals.access import Right, StaffRequest, reach_of
from hospitals.listing import badge

CARD_TONES = {CardStatus.IN_USE: "good", CardStatus.LOST: "bad"}
TEST_TONES = {CardTestResult.PASSED: "good", CardTestResult.FAILED: "bad"}
REGISTRATION_TONES = {RegistrationStatus.REGISTERED: "good"}
SHOWN_REGISTRATIONS = 20


def cards_of_person(request: StaffRequest, person: InsuredPerson) -> Panel:
    """The cards with their tests and replacements, and what may be done with them."""
    context = card_section(person, timezone.localdate())
    may_keep = person.area_id in reach_of(request.user).areas_of(Right.KEEP_PEOPLE)
    section = render_to_string("filings/cards.html", {"person": person, "may_keep": may_keep, **context})
    return Panel(section=section, order=30, steps=tuple(_card_steps(person, context)) if may_keep else ())


def _card_steps(person: InsuredPerson, context: dict[str, Any]) -> Iterator[NextStep]:
    card, replacement = context["card_standing"].card, context["open_replacement"]
    yield NextStep(_("登记社保卡"), reverse("new_card", args=[person.pk]), "k", order=92)
    if card and card.status == CardStatus.IN_USE:
        yield NextStep(_("登记检测"), reverse("new_card_test", args=[person.pk]), "j", order=93)
        yield NextStep(_("挂失"), reverse("card_step", args=[card.pk, "report_lost"]), "l", order=94)
    elif card:
        yield NextStep(_("解除挂失"), reverse("card_step", args=[card.pk, "find"]), "l", order=94)
    if replacement:
        yield NextStep(_("登记新卡"), reverse("issue_replacement", args=[replacement.pk]), "u", order=95)
    else:
        yield NextStep(_("补卡"), reverse("new_replacement", args=[person.pk]), "u", order=95)


def registrations_of_person(request: StaffRequest, person: InsuredPerson) -> Panel | None:
    """The person's registrations, and the way to a new one; nothing for whoever may not see filings here."""
    reach = reach_of(request.user)
    if person.area_id not in reach.areas_of(Right.SEE_FILINGS):
        return None
    section = render_to_string("filings/person_registrations.html", registration_section(request, person))
    link = f"{reverse('new_registration')}?person={person.pk}"
    may_file = person.area_id in reach.areas_of(Right.FILE)
    return Panel(section=section, order=40, steps=(NextStep(_("住院登记"), link, "z", order=40),) if may_file else ())


def card_section(person: InsuredPerson, day: dt.date) -> dict[str, Any]:
    """Context of filings/cards.html."""
    rules = FilingPolicy.objects.rules_on(person.area_id, day)
    cards = list(person.cards.prefetch_related(Prefetch("tests", CardTest.objects.select_related("by"))))
    replacements = list(person.replacements.all())
    return {
        "cards": cards,
        "card_rows": [(card, _card_badge(card)) for card in cards],
        "card_tests": [
            (card, test, badge(test.get_result_display(), TEST_TONES[CardTestResult.of(test.result)]))
            for card in cards
            for test in card.tests.all()
        ],
        "card_standing": standing_of_card(cards, day, rules),
        "replacements": replacements,
        "open_replacement": next((one for one in replacements if one.status == ReplacementStatus.ASKED), None),
    }


def _card_badge(card: SocialSecurityCard) -> SafeString:
    return badge(card.get_status_display(), CARD_TONES.get(CardStatus.of(card.status), ""))


def registration_section(request: StaffRequest, person: InsuredPerson) -> dict[str, Any]:
    """Context of filings/person_registrations.html."""
    shown = person.registrations.visible_to(request.user)[:SHOWN_REGISTRATIONS]
    return {"registrations": [(registration, registration_badge(registration)) for registration in shown]}


def registration_badge(registration: InpatientRegistration) -> SafeString:
    tone = REGISTRATION_TONES.get(RegistrationStatus.of(registration.status), "")
    return badge(registration.get_status_display(), tone)
