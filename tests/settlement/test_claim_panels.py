"""Sections that others add to a claim's page."""

from django.utils.html import format_html

from settlement.vocabulary import ClaimStatus


def a_section(request, claim):
    return format_html('<section class="panel"><h2>附加 {}</h2></section>', claim.number)


def no_section(request, claim):
    return None


def test_claim_page_takes_sections_from_settings(office, signed_in, settings):
    here = "tests.settlement.test_claim_panels"
    settings.CLAIM_PANELS = [f"{here}.a_section", f"{here}.no_section"]
    claim = office.claim_in(ClaimStatus.IN_REVIEW)
    page = signed_in(office.reviewer).get(claim.get_absolute_url())
    assert f"附加 {claim.number}" in page.content.decode()
