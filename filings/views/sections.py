"""Sections of a person's page: the social-security card, inpatient registrations."""

import datetime as dt
from typing import Any

from django.db.models import Prefetch
from django.utils.safestring import SafeString

from filings.card_standing import standing_of_card
from filings.models import CardTest, FilingPolicy, InpatientRegistration, InsuredPerson, SocialSecurityCard
from filings.models.card_lifecycles import ReplacementStatus
from filings.models.registrations import RegistrationStatus
from filings.vocabulary import CardStatus, CardTestResult
from hospitals.access import StaffRequest
from hospitals.listing import badge

CARD_TONES = {CardStatus.IN_USE: "good", CardStatus.LOST: "bad"}
TEST_TONES = {CardTestResult.PASSED: "good", CardTestResult.FAILED: "bad"}
REGISTRATION_TONES = {RegistrationStatus.REGISTERED: "good"}
SHOWN_REGISTRATIONS = 20


def card_section(person: InsuredPerson, day: dt.date) -> dict[str, Any]:
    """Context of filings/cards.html."""
    policy = FilingPolicy.objects.with_rows().in_force(person.area_id, day)
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
        "card_standing": standing_of_card(cards, day, policy.rules() if policy else None),
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
