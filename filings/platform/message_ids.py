"""Message ids as the interface prescribes them, unique without asking anybody."""

import datetime as dt

from filings.platform.envelope import CHINA


def sender_id(institution: str, at: dt.datetime, serial: int) -> str:
    """msgid of a request, 30 characters: institution (12) + yyyyMMddHHmmss + a serial of four digits.

    The serial wraps after 9,999: who sends more than that in a second takes the next second.
    """
    if len(institution) != 12:
        raise ValueError(f"an institution's code has 12 characters, not {len(institution)}")
    return f"{institution}{at.astimezone(CHINA):%Y%m%d%H%M%S}{serial % 10_000:04d}"


def receiver_id(area: str, at: dt.datetime, serial: int) -> str:
    """inf_refmsgid of a reply, 30 characters: area (6) + yyyyMMddHHmmss + a serial of ten digits."""
    return f"{area:0>6.6}{at.astimezone(CHINA):%Y%m%d%H%M%S}{serial % 10**10:010d}"


def agency_code(area: str) -> str:
    """The twelve characters by which an agency sends; agencies have no published code, so this one is modelled."""
    return f"A{area}00000"
