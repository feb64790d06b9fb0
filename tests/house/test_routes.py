"""Every route × every role: the table below is complete by test, so that no new page opens by accident."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from hospitals.access import RIGHTS, Right
from hospitals.vocabulary import Role
from tests import clearing_factories as clearing
from tests import factories as make
from tests import money_factories as money
from tests.settlement.books import a_settlement
from tests.settlement.exchanged import stored_admission, stored_difference, stored_exchange
from tests.settlement.hospital_clearing import stored_deduction, stored_inbound, stored_payment, stored_statement
from tests.settlement.recoupments import stored_recoupment, stored_reminder
from tests.settlement.tickets import stored_ticket

pytestmark = pytest.mark.django_db

OPEN = {"login", "logout", "password", "password_change_done", "healthz", "admin_login", "worklist", "gateway"}
# route → (right, method, what stands behind its id: a kind, and further parts of the address; "?person": asked for so)
ROUTES: dict[str, tuple[Right, str, str]] = {
    "search": (Right.SEE_PEOPLE, "post", ""),
    "hospitals": (Right.SEE_DIRECTORY, "get", ""),
    "hospital": (Right.SEE_DIRECTORY, "get", "hospital"),
    "coverage": (Right.SEE_DIRECTORY, "get", ""),
    "halls": (Right.SEE_DIRECTORY, "get", ""),
    "list_imports": (Right.SEE_DIRECTORY, "get", ""),
    "list_upload": (Right.KEEP_DIRECTORY, "get", ""),
    "list_import": (Right.SEE_DIRECTORY, "get", "list_import_row"),
    "list_progress": (Right.SEE_DIRECTORY, "get", "list_import_row"),
    "list_faults": (Right.KEEP_DIRECTORY, "get", "list_import_row"),
    "list_preview": (Right.KEEP_DIRECTORY, "post", "list_import_row"),
    "list_apply": (Right.KEEP_DIRECTORY, "post", "list_import_row"),
    "list_put_back": (Right.KEEP_DIRECTORY, "post", "list_import_row"),
    "list_discard": (Right.KEEP_DIRECTORY, "post", "list_import_row"),
    "list_undo": (Right.KEEP_DIRECTORY, "post", "list_import_row"),
    "people_imports": (Right.KEEP_PEOPLE, "get", ""),
    "people_upload": (Right.KEEP_PEOPLE, "get", ""),
    "people_import": (Right.KEEP_PEOPLE, "get", "people_import"),
    "people_progress": (Right.KEEP_PEOPLE, "get", "people_import"),
    "people_faults": (Right.KEEP_PEOPLE, "post", "people_import"),
    "people_preview": (Right.KEEP_PEOPLE, "post", "people_import"),
    "people_apply": (Right.KEEP_PEOPLE, "post", "people_import"),
    "people_put_back": (Right.KEEP_PEOPLE, "post", "people_import"),
    "people_discard": (Right.KEEP_PEOPLE, "post", "people_import"),
    "roster_imports": (Right.SEE_FILINGS, "get", ""),
    "roster_upload": (Right.FILE, "get", ""),
    "roster_import": (Right.SEE_FILINGS, "get", "roster"),
    "roster_progress": (Right.SEE_FILINGS, "get", "roster"),
    "roster_faults": (Right.FILE, "post", "roster"),
    "roster_preview": (Right.FILE, "post", "roster"),
    "roster_apply": (Right.FILE, "post", "roster"),
    "roster_put_back": (Right.FILE, "post", "roster"),
    "roster_discard": (Right.FILE, "post", "roster"),
    "people": (Right.SEE_PEOPLE, "get", ""),
    "person": (Right.SEE_PEOPLE, "get", "person"),
    "new_person": (Right.KEEP_PEOPLE, "get", ""),
    "edit_person": (Right.KEEP_PEOPLE, "get", "person"),
    "id_number": (Right.REVEAL_ID, "post", "person"),
    "new_participation": (Right.KEEP_PEOPLE, "get", "person"),
    "edit_participation": (Right.KEEP_PEOPLE, "get", "participation"),
    "new_card": (Right.KEEP_PEOPLE, "get", "person"),
    "new_recognition": (Right.FILE, "get", "person"),
    "home_care": (Right.FILE, "get", "filing"),
    "new_card_test": (Right.KEEP_PEOPLE, "get", "person"),
    "card_step": (Right.KEEP_PEOPLE, "get", "card report_lost"),
    "new_replacement": (Right.KEEP_PEOPLE, "get", "person"),
    "issue_replacement": (Right.KEEP_PEOPLE, "get", "replacement"),
    "withdraw_replacement": (Right.KEEP_PEOPLE, "get", "replacement"),
    "registrations": (Right.SEE_FILINGS, "get", ""),
    "new_registration": (Right.FILE, "get", "?person"),
    "registration_checks": (Right.FILE, "post", "?person"),
    "registration": (Right.SEE_FILINGS, "get", "registration"),
    "registration_slip": (Right.SEE_FILINGS, "get", "registration"),
    "cancel_registration": (Right.FILE, "post", "registration"),
    "filings": (Right.SEE_FILINGS, "get", ""),
    "filing": (Right.SEE_FILINGS, "get", "filing"),
    "receipt": (Right.SEE_FILINGS, "get", "filing"),
    "print": (Right.SEE_FILINGS, "get", "filing registration"),
    "attach_scans": (Right.FILE, "post", "filing"),
    "scan": (Right.REVEAL_ID, "post", "scan"),
    "remove_scan": (Right.FILE, "post", "scan"),
    "filing_step": (Right.SEE_FILINGS, "post", "filing approve"),
    "resubmit_filing": (Right.FILE, "get", "filing"),
    "review_filings": (Right.SEE_FILINGS, "get", ""),
    "review_changes": (Right.SEE_FILINGS, "get", ""),
    "filing_changes": (Right.SEE_FILINGS, "get", ""),
    "filing_change": (Right.SEE_FILINGS, "get", "filing_change"),
    "change_sheet": (Right.SEE_FILINGS, "get", "filing_change"),
    "change_step": (Right.SEE_FILINGS, "post", "filing_change approve"),
    "hold_filing": (Right.SEE_FILINGS, "post", "filing take"),
    "hold_change": (Right.SEE_FILINGS, "post", "filing_change take"),
    "resubmit_change": (Right.FILE, "get", "filing_change"),
    "ask_change": (Right.FILE, "get", "filing"),
    "ask_cancel": (Right.FILE, "get", "filing"),
    "change_decision": (Right.FILE, "post", "filing"),
    "cancel_decision": (Right.FILE, "post", "filing"),
    "new_filing": (Right.FILE, "get", "?person"),
    "decision": (Right.FILE, "post", "?person"),
    "commitments": (Right.SEE_FILINGS, "get", ""),
    "commitment": (Right.SEE_FILINGS, "get", "commitment"),
    "hand_in": (Right.FILE, "post", "commitment"),
    "commitment_letter": (Right.SEE_FILINGS, "get", "commitment"),
    "supplement_notice": (Right.SEE_FILINGS, "get", "commitment"),
    "sanctions": (Right.SEE_FILINGS, "get", ""),
    "sanction": (Right.SEE_FILINGS, "get", "sanction"),
    "sanction_step": (Right.LIFT_SANCTIONS, "post", "sanction lift"),
    "uploads": (Right.SEE_FILINGS, "get", ""),
    "upload_refusals": (Right.SEE_FILINGS, "get", ""),
    "send_alike_uploads": (Right.SEND_UPLOADS, "post", ""),
    "upload": (Right.SEE_FILINGS, "get", "upload"),
    "upload_step": (Right.SEND_UPLOADS, "post", "upload send_again"),
    "claims": (Right.SEE_CLAIMS, "get", ""),
    "claims_for_finance": (Right.RELEASE_CLAIMS, "get", ""),
    "claim": (Right.SEE_CLAIMS, "get", "claim"),
    "claim_sheet": (Right.SEE_CLAIMS, "get", "claim"),
    "claims_by_due_day": (Right.SEE_CLAIMS, "get", ""),
    "hold_claim": (Right.SEE_CLAIMS, "post", "claim take"),
    "claim_decision": (Right.SEE_CLAIMS, "get", "claim"),
    "claim_supplement": (Right.SEE_CLAIMS, "get", "claim"),
    "new_claim": (Right.ACCEPT_CLAIMS, "get", "?person"),
    "claim_calculation": (Right.ACCEPT_CLAIMS, "post", "person"),
    "claim_hospitals": (Right.SEE_DIRECTORY, "get", ""),
    "edit_claim": (Right.ACCEPT_CLAIMS, "get", "claim"),
    "promise_claim": (Right.ACCEPT_CLAIMS, "post", "claim"),
    "calculate_claim": (Right.ACCEPT_CLAIMS, "post", "claim"),
    "exchanges": (Right.SEE_CLAIMS, "get", ""),
    "exchange": (Right.SEE_CLAIMS, "get", "exchange"),
    "reveal_exchange": (Right.REVEAL_ID, "post", "exchange"),
    "admissions": (Right.SEE_CLAIMS, "get", ""),
    "admission": (Right.SEE_CLAIMS, "get", "admission"),
    "differences": (Right.SEE_CLAIMS, "get", ""),
    "difference": (Right.SEE_CLAIMS, "get", "difference"),
    "decide_difference": (Right.SEE_CLAIMS, "post", "difference explain"),
    "findings": (Right.SEE_FINDINGS, "get", ""),
    "finding": (Right.SEE_FINDINGS, "get", "finding"),
    "decide_finding": (Right.REVIEW_CLAIMS, "post", "finding clear"),
    "details_template": (Right.ACCEPT_CLAIMS, "get", ""),
    "claim_details": (Right.SEE_CLAIMS, "get", "claim"),
    "confirm_details": (Right.ACCEPT_CLAIMS, "post", "claim"),
    "export_details": (Right.EXPORT, "get", "claim"),
    "take_claim": (Right.REVIEW_CLAIMS, "post", "claim approve"),
    "replays": (Right.KEEP_POLICIES, "get", ""),
    "new_replay": (Right.KEEP_POLICIES, "get", ""),
    "replay": (Right.KEEP_POLICIES, "get", "replay"),
    "replay_progress": (Right.KEEP_POLICIES, "get", "replay"),
    "take_replay": (Right.KEEP_POLICIES, "post", "replay cancel"),
    "export_replay": (Right.KEEP_POLICIES, "get", "replay"),
    "recoupments": (Right.SEE_CLAIMS, "get", ""),
    "new_recoupment": (Right.REVIEW_CLAIMS, "get", "?settlement"),
    "recoupment": (Right.SEE_CLAIMS, "get", "recoupment"),
    "take_recoupment": (Right.RELEASE_CLAIMS, "post", "recoupment receive"),
    "recoupment_notice": (Right.SEE_CLAIMS, "get", "recoupment"),
    "recoupment_reminder": (Right.SEE_CLAIMS, "get", "reminder"),
    "tickets": (Right.SEE_TICKETS, "get", ""),
    "new_ticket": (Right.HANDLE_TICKETS, "get", "?person"),
    "exchange_ticket": (Right.HANDLE_TICKETS, "post", "exchange"),
    "ticket": (Right.SEE_TICKETS, "get", "ticket"),
    "take_ticket": (Right.HANDLE_TICKETS, "post", "ticket check"),
    "ticket_sheet": (Right.SEE_TICKETS, "get", "ticket"),
    "settlements": (Right.SEE_CLAIMS, "get", ""),
    "settlement": (Right.SEE_CLAIMS, "get", "settlement"),
    "settlement_sheet": (Right.SEE_CLAIMS, "get", "settlement"),
    "reverse_settlement": (Right.REVERSE_SETTLEMENTS, "post", "settlement"),
    "person_accounts": (Right.SEE_CLAIMS, "get", "person"),
    "carry_in": (Right.REVERSE_SETTLEMENTS, "post", "person"),
    "payments": (Right.SEE_PAYMENTS, "get", ""),
    "new_batch": (Right.RELEASE_CLAIMS, "get", ""),
    "payment_batch": (Right.SEE_PAYMENTS, "get", "batch"),
    "payment_sheet": (Right.SEE_PAYMENTS, "get", "batch"),
    "payment_file": (Right.RELEASE_CLAIMS, "get", "batch csv"),
    "batch_step": (Right.RELEASE_CLAIMS, "post", "batch send"),
    "remove_payment": (Right.RELEASE_CLAIMS, "post", "batch"),
    "return_payment": (Right.RELEASE_CLAIMS, "get", "payment"),
    "payment_amount": (Right.RELEASE_CLAIMS, "get", "payment"),
    "payment_result_imports": (Right.SEE_PAYMENTS, "get", ""),
    "payment_result_upload": (Right.RELEASE_CLAIMS, "get", ""),
    "payment_result_import": (Right.SEE_PAYMENTS, "get", "payment_result"),
    "payment_result_progress": (Right.SEE_PAYMENTS, "get", "payment_result"),
    "payment_result_faults": (Right.RELEASE_CLAIMS, "post", "payment_result"),
    "payment_result_preview": (Right.RELEASE_CLAIMS, "post", "payment_result"),
    "payment_result_apply": (Right.RELEASE_CLAIMS, "post", "payment_result"),
    "payment_result_put_back": (Right.RELEASE_CLAIMS, "post", "payment_result"),
    "payment_result_discard": (Right.RELEASE_CLAIMS, "post", "payment_result"),
    "follow_ups": (Right.SEE_PAYMENTS, "get", ""),
    "failed_payments": (Right.SEE_CLAIMS, "get", ""),
    "correct_payee": (Right.ACCEPT_CLAIMS, "get", "payment"),
    "statistics": (Right.SEE_STATISTICS, "get", ""),
    "query": (Right.ANSWER_CALLERS, "get", ""),
    "verify_caller": (Right.ANSWER_CALLERS, "post", "person"),
    "end_call": (Right.ANSWER_CALLERS, "post", ""),
    "payee_account": (Right.ACCEPT_CLAIMS, "get", "person"),
    "hospital_statements": (Right.SEE_HOSPITAL_CLEARING, "get", ""),
    "new_hospital_statements": (Right.RECORD_HOSPITAL_CLEARING, "get", ""),
    "hospital_statement": (Right.SEE_HOSPITAL_CLEARING, "get", "statement"),
    "take_hospital_statement": (Right.REVIEW_HOSPITAL_CLEARING, "post", "statement accept"),
    "hospital_sheet": (Right.SEE_HOSPITAL_CLEARING, "get", "statement"),
    "hospital_notice": (Right.SEE_HOSPITAL_CLEARING, "get", "statement"),
    "hospital_deduct": (Right.REVIEW_HOSPITAL_CLEARING, "get", "statement"),
    "hospital_deduction": (Right.SEE_HOSPITAL_CLEARING, "get", "deduction"),
    "take_hospital_deduction": (Right.DECIDE_HOSPITAL_APPEALS, "post", "deduction decide"),
    "hospital_batches": (Right.SEE_HOSPITAL_CLEARING, "get", ""),
    "new_hospital_batch": (Right.PAY_HOSPITALS, "get", ""),
    "hospital_batch": (Right.SEE_HOSPITAL_CLEARING, "get", "hospital_batch"),
    "take_hospital_batch": (Right.PAY_HOSPITALS, "post", "hospital_batch confirm"),
    "hospital_batch_file": (Right.PAY_HOSPITALS, "get", "hospital_batch csv"),
    "hospital_batch_sheet": (Right.SEE_HOSPITAL_CLEARING, "get", "hospital_batch"),
    "hospital_payment": (Right.PAY_HOSPITALS, "get", "hospital_payment"),
    "failed_hospital_payments": (Right.SEE_HOSPITAL_CLEARING, "get", ""),
    "hospital_result_imports": (Right.SEE_HOSPITAL_CLEARING, "get", ""),
    "hospital_result_upload": (Right.PAY_HOSPITALS, "get", ""),
    "hospital_result_import": (Right.SEE_HOSPITAL_CLEARING, "get", "hospital_result"),
    "hospital_result_progress": (Right.SEE_HOSPITAL_CLEARING, "get", "hospital_result"),
    "hospital_result_faults": (Right.PAY_HOSPITALS, "post", "hospital_result"),
    "hospital_result_preview": (Right.PAY_HOSPITALS, "post", "hospital_result"),
    "hospital_result_apply": (Right.PAY_HOSPITALS, "post", "hospital_result"),
    "hospital_result_put_back": (Right.PAY_HOSPITALS, "post", "hospital_result"),
    "hospital_result_discard": (Right.PAY_HOSPITALS, "post", "hospital_result"),
    "hospital_account": (Right.PAY_HOSPITALS, "get", "place_of_hospital"),
    "inbound_settlements": (Right.SEE_HOSPITAL_CLEARING, "get", ""),
    "inbound_settlement": (Right.SEE_HOSPITAL_CLEARING, "get", "inbound"),
    "inbound_id_number": (Right.REVEAL_ID, "post", "inbound"),
    "inbound_imports": (Right.SEE_HOSPITAL_CLEARING, "get", ""),
    "inbound_upload": (Right.RECORD_HOSPITAL_CLEARING, "get", ""),
    "inbound_import": (Right.SEE_HOSPITAL_CLEARING, "get", "inbound_import"),
    "inbound_progress": (Right.SEE_HOSPITAL_CLEARING, "get", "inbound_import"),
    "inbound_faults": (Right.RECORD_HOSPITAL_CLEARING, "post", "inbound_import"),
    "inbound_preview": (Right.RECORD_HOSPITAL_CLEARING, "post", "inbound_import"),
    "inbound_apply": (Right.RECORD_HOSPITAL_CLEARING, "post", "inbound_import"),
    "inbound_put_back": (Right.RECORD_HOSPITAL_CLEARING, "post", "inbound_import"),
    "inbound_discard": (Right.RECORD_HOSPITAL_CLEARING, "post", "inbound_import"),
    "clearing_months": (Right.SEE_CLEARING, "get", ""),
    "new_clearing_month": (Right.CLEAR, "get", ""),
    "clearing_month": (Right.SEE_CLEARING, "get", "clearing_month"),
    "take_clearing_month": (Right.CLEAR, "post", "clearing_month gather"),
    "clearing_sheet": (Right.SEE_CLEARING, "get", "clearing_month"),
    "clearing_statements": (Right.SEE_CLEARING, "get", ""),
    "clearing_statement": (Right.SEE_CLEARING, "get", "clearing_statement"),
    "clearing_differences": (Right.SEE_CLEARING, "get", ""),
    "clearing_difference": (Right.SEE_CLEARING, "get", "clearing_difference"),
    "take_clearing_difference": (Right.CLEAR, "post", "clearing_difference take"),
    "clearing_differences_together": (Right.CLEAR, "post", ""),
    "clearing_file_imports": (Right.SEE_CLEARING, "get", ""),
    "clearing_file_upload": (Right.CLEAR, "get", ""),
    "clearing_file_import": (Right.SEE_CLEARING, "get", "clearing_file"),
    "clearing_file_progress": (Right.SEE_CLEARING, "get", "clearing_file"),
    "clearing_file_faults": (Right.CLEAR, "post", "clearing_file"),
    "clearing_file_preview": (Right.CLEAR, "post", "clearing_file"),
    "clearing_file_apply": (Right.CLEAR, "post", "clearing_file"),
    "clearing_file_put_back": (Right.CLEAR, "post", "clearing_file"),
    "clearing_file_discard": (Right.CLEAR, "post", "clearing_file"),
    "advances": (Right.SEE_CLEARING, "get", ""),
    "new_advance": (Right.CLEAR, "get", ""),
    "advance": (Right.SEE_CLEARING, "get", "advance"),
    "propose_advance": (Right.CLEAR, "post", "advance"),
    "advance_warnings": (Right.KEEP_ADVANCE, "post", "advance"),
    "decide_advance": (Right.KEEP_ADVANCE, "post", "advance_change approve"),
}
PUBLIC_KINDS = {"", "hospital"}


def routes(resolver: URLResolver | None = None) -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            if entry.app_name != "admin":
                yield from routes(entry)
        elif isinstance(entry, URLPattern):
            yield entry.name or str(entry.pattern)


def link(route: str, kind: str, area: str) -> str:
    kind, *more = kind.split(" ")
    if kind == "reminder":
        reminder = stored_reminder(area)
        return reverse(route, args=[reminder.recoupment_id, reminder.pk])
    if kind.startswith("?"):
        return f"{reverse(route)}{kind}={BEHIND[kind[1:]](area).pk}"
    return reverse(route, args=[BEHIND[kind](area).pk, *more] if kind else [])


BEHIND = {
    "hospital": lambda area: make.HospitalFactory(area__code=area),
    "person": lambda area: make.PersonFactory(area__code=area),
    "participation": lambda area: make.ParticipationFactory(person__area__code=area),
    "list_import_row": lambda area: make.ListImportFactory(area__code=area),
    "people_import": lambda area: make.PeopleImportFactory(area__code=area),
    "card": lambda area: make.CardFactory(person__area__code=area),
    "replacement": lambda area: make.ReplacementFactory(person__area__code=area),
    "registration": lambda area: make.RegistrationFactory(person__area__code=area),
    "roster": lambda area: make.RosterFactory(area__code=area),
    "filing": lambda area: make.FilingFactory(person__area__code=area),
    "filing_change": lambda area: make.FilingChangeFactory(filing__person__area__code=area),
    "upload": lambda area: make.FilingFactory(person__area__code=area).uploads.get(),
    "commitment": lambda area: make.CommitmentFactory(person__area__code=area),
    "sanction": lambda area: make.SanctionFactory(person__area__code=area),
    "scan": lambda area: make.ScanFactory(filing__person__area__code=area),
    "claim": lambda area: make.ClaimFactory(person__area__code=area),
    "finding": lambda area: money.FindingFactory(claim__person__area__code=area),
    "replay": lambda area: money.ReplayFactory(policy__area__code=area),
    "recoupment": stored_recoupment,
    "settlement": lambda area: a_settlement(area),
    "admission": stored_admission,
    "exchange": stored_exchange,
    "difference": stored_difference,
    "ticket": stored_ticket,
    "batch": lambda area: money.BatchFactory(area__code=area),
    "payment": lambda area: money.PaymentFactory(person__area__code=area),
    "payment_result": lambda area: money.ResultFactory(area__code=area),
    "hospital_result": lambda area: money.HospitalResultFactory(area__code=area),
    "statement": stored_statement,
    "deduction": stored_deduction,
    "hospital_batch": lambda area: stored_payment(area).batch,
    "hospital_payment": stored_payment,
    "place_of_hospital": lambda area: make.HospitalFactory(area__code=area),
    "inbound": stored_inbound,
    "inbound_import": lambda area: money.InboundImportFactory(area__code=area),
    "clearing_month": lambda area: clearing.MonthFactory(area__code=area),
    "clearing_statement": lambda area: clearing.StatementFactory(month__area__code=area),
    "clearing_difference": lambda area: clearing.DifferenceFactory(month__area__code=area),
    "clearing_file": lambda area: clearing.FileFactory(month__area__code=area),
    "advance": lambda area: clearing.AdvanceFactory(area__code=area),
    "advance_change": lambda area: clearing.AdvanceChangeFactory(fund__area__code=area),
}


def test_table_names_every_route() -> None:
    assert set(routes()) == set(ROUTES) | OPEN


@pytest.mark.parametrize("route", ROUTES)
def test_route_without_account_asks_to_sign_in(client: Any, route: str) -> None:
    _, method, kind = ROUTES[route]
    reply = getattr(client, method)(link(route, kind, make.WEIFANG))
    assert (reply.status_code, reply["Location"].split("?")[0]) == (302, "/sign-in/")


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("route", ROUTES)
def test_route_is_open_to_just_the_roles_with_its_right(signed_in: Any, route: str, role: Role) -> None:
    right, method, kind = ROUTES[route]
    reply = getattr(signed_in(make.staff(role)), method)(link(route, kind, make.WEIFANG))
    reply.close()  # a download is a file that waits to be read
    if right in RIGHTS[role]:
        assert reply.status_code in (200, 302, 422), reply.status_code
    else:
        assert reply.status_code == 403


@pytest.mark.parametrize("route", [name for name, row in ROUTES.items() if row[2] not in PUBLIC_KINDS])
def test_route_to_another_area_is_not_found(signed_in: Any, route: str) -> None:
    right, method, kind = ROUTES[route]
    role = next(role for role in Role if right in RIGHTS[role])
    reply = getattr(signed_in(make.staff(role, make.TIELING)), method)(link(route, kind, make.WEIFANG))
    assert reply.status_code == 404
