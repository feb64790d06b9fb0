"""What the counter form posts, for tests."""

from typing import Any
from uuid import uuid4


def form_data(**changes: Any) -> dict[str, Any]:
    """What the counter form posts for a temporary outing to Shenyang."""
    data = {
        "treatment_area": "沈阳市",
        "hospital_name": "沈阳示例医院",
        "hospital_level": "3",
        "service": "inpatient",
        "admitted_on": "2026-03-01",
        "discharged_on": "20260312",
        "diagnosis": "肺炎",
        "category": "temporary",
        "manual_reason": "not_networked",
        "total": "25,000.00",
        "eligible": "20000",
        "payee_name": "王小明",
        "payee_bank": "示例银行铁岭支行",
        "payee_account": "6222 0000 0000 0000 000",
        "note": "",
        "request_token": str(uuid4()),
        "receipts-TOTAL_FORMS": "3",
        "receipts-INITIAL_FORMS": "0",
        "receipts-0-code": "11060125",
        "receipts-0-number": "0000000001",
        "receipts-0-check_code": "123456",
        "receipts-0-amount": "20000.00",
        "receipts-0-issued_on": "2026-03-12",
        "receipts-2-code": "11060125",
        "receipts-2-number": "0000000002",
        "receipts-2-amount": "5000",
        "material-original_receipts-seen": "on",
        "material-original_receipts-originals": "2",
        "material-original_receipts-copies": "0",
    }
    return {key: value for key, value in (data | changes).items() if value is not None}


def new(person, client, **changes):
    return client.post(f"/claims/new/?person={person.pk}", form_data(**changes))


def panel(person, client, **changes) -> str:
    reply = client.post(f"/claims/new/{person.pk}/calculation/", form_data(**changes), headers={"HX-Request": "true"})
    assert reply.status_code == 200
    return reply.content.decode()
