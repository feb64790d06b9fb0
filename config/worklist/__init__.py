"""The worklist: what waits for whoever is signed in."""

from typing import Any

from config.worklist.cases import of_cases, of_commitments, of_uploads
from config.worklist.clearing import of_clearing
from config.worklist.hospitals import of_hospitals
from config.worklist.money import of_differences, of_findings, of_payments, of_recoupments
from config.worklist.queue import Queue
from config.worklist.tickets import of_refusals, of_tickets
from hospitals.access import Reach

PARTS = (
    *(of_tickets, of_cases, of_differences, of_uploads, of_refusals, of_findings, of_payments, of_recoupments),
    *(of_clearing, of_hospitals, of_commitments),
)


def queues(user: Any, reach: Reach) -> list[Queue]:
    """In the order of the page; one or two statements a queue."""
    return [queue for part in PARTS for queue in part(user, reach)]
