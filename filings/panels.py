"""What other apps add to pages of this one: settings name the panels, so that this app need not know them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from filings.models import Commitment, InsuredPerson
from hospitals.access import StaffRequest


@dataclass(frozen=True, slots=True)
class Panel:
    """step: a button beside the person's name, empty where there is none.  section: a section of the page."""

    step: SafeString
    section: SafeString


def panels_of(request: StaffRequest, person: InsuredPerson) -> Iterator[Panel]:
    """Each of `settings.PERSON_PANELS` is called with the request and the person; None adds nothing."""
    for path in settings.PERSON_PANELS:
        panel = import_string(path)(request, person)
        if panel is not None:
            yield panel


def panels_under(request: StaffRequest, commitment: Commitment) -> Iterator[SafeString]:
    """What else followed from a commitment: each of `settings.COMMITMENT_PANELS` gives a section or None."""
    for path in settings.COMMITMENT_PANELS:
        section = import_string(path)(request, commitment)
        if section is not None:
            yield section
