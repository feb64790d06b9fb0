"""What a counter's page shows beyond its main fields, and what is typed into it."""

import datetime as dt
import re

from filings.identity import made_up_number

FIELDS = ("occasion", "disease", "hospital_name", "ward", "condition", "issuer")
AGENT_ID = made_up_number("370602", dt.date(1970, 5, 5), 12)
EMERGENCY = {
    "category": "emergency",
    "destination": "济南",
    "material": ["emergency_certificate"],
    "hospital_name": "济南示例医院",
    "ward": "急诊科",
    "condition": "胸痛两小时",
    "admitted_on": "2026-03-09",
}
CAME_FOR = {
    "agent_name": "姜父",
    "agent_relation": "parent",
    "agent_phone": "13900000001",
    "agent_id_number": AGENT_ID,
}


def shown_fields(page: str) -> list[str]:
    return [name for name in FIELDS if re.search(rf'<(input|select)[^>]*name="{name}"', page)]


def is_agent_open(page: str) -> bool:
    details = re.search(r'<details id="agent"[^>]*>', page)
    assert details
    return " open " in details[0]
