"""The ledger with its settlements, read for a replay: by COPY, in order, in pieces of persons.  Knows no Django."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from psycopg import Connection

from settlement.calculation import BenefitRules
from settlement.replays.replaying import Question, Replay, split
from settlement.vocabulary import BASIC_FUND, EntryKind

PIECE = 10_000  # settlements, about


class Piece(NamedTuple):
    """Persons after one and up to another, by their keys."""

    after: int
    upto: int


class Extent(NamedTuple):
    """What there is to do.  total: settlements to be reported.  years: of admission, that these touch."""

    total: int
    years: Sequence[int]
    pieces: Sequence[Piece]


def extent_of(connection: Connection[Any], question: Question) -> Extent:
    """Read in one look; the pieces are about equal, whatever persons are near each other."""
    given = [question.area, question.since, question.until]
    counted = f"SELECT count(*), coalesce(array_agg(DISTINCT year), '{{}}') FROM {REPORTED}"  # noqa: S608 - ours
    total, years = connection.execute(counted, given).fetchone() or (0, [])
    shares = [number / (total // PIECE + 1) for number in range(1, total // PIECE + 1)]
    ends = f"SELECT percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY person_id), max(person_id) FROM {REPORTED}"  # noqa: S608
    inner, last = connection.execute(ends, [shares, *given]).fetchone() or ([], None)
    bounds = sorted({0, *(inner or ()), last or 0})
    return Extent(total, years, [Piece(after, upto) for after, upto in pairwise(bounds)])


def replay_piece(connection: Connection[Any], replay: Replay, years: Sequence[int], piece: Piece) -> int:
    """The number of settlements reported."""
    question = replay.question
    given = {
        "area": question.area,
        "since": question.since,
        "until": question.until,
        "years": list(years),
        "after": piece.after,
        "upto": piece.upto,
        "basic": [fund.value for fund in BASIC_FUND.values()],
        "carried_in": EntryKind.CARRIED_IN.value,
    }
    with connection.cursor() as cursor, cursor.copy(LEDGER, given) as lines:
        return replay.add(split(map(bytes, lines)))


def policies_named(rules: BenefitRules) -> set[str]:
    """The areas whose own policies pay some stays."""
    return {row.policy_area for row in rules.destinations}


REPORTED = "settlement_settlement WHERE area_id = %s AND settled_on BETWEEN %s AND %s"
LEDGER = """
    COPY (
        SELECT entry.person_id, entry.year, entry.kind, entry.fund, entry.deductible, entry.paid, entry.owed,
            entry.personal_eligible, entry.stays, entry.standard, entry.settlement_id, stay.reverses_id,
            concat_ws('|', stay.way, stay.scheme, stay.employment, stay.hardship, stay.is_civil_servant, stay.tier,
                stay.scope, stay.service, stay.hospital_level, stay.treatment_area_id),
            stay.admitted_on, stay.discharged_on, stay.medfee_sumamt, stay.eligible,
            concat_ws('|', stay.hifob_pay, stay.hifmi_pay, stay.cvlserv_pay, stay.maf_pay),
            stay.settled_on BETWEEN %(since)s AND %(until)s
        FROM settlement_accountentry entry
        LEFT JOIN settlement_settlement stay ON stay.id = entry.settlement_id AND entry.fund = ANY(%(basic)s)
        WHERE entry.person_id > %(after)s AND entry.person_id <= %(upto)s
            AND entry.year = ANY(%(years)s) AND entry.area_id = %(area)s
            AND (entry.fund = ANY(%(basic)s) OR entry.owed <> 0 OR entry.kind = %(carried_in)s)
            AND EXISTS (
                SELECT FROM settlement_settlement asked
                WHERE asked.person_id = entry.person_id AND asked.year = entry.year
                    AND asked.settled_on BETWEEN %(since)s AND %(until)s
            )
        ORDER BY entry.person_id, entry.year, entry.id
    ) TO STDOUT
"""
