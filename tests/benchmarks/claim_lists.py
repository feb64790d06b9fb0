"""The list of claims at 10,000 and at 2,000,000 rows: first and deep pages, filtered, sorted."""

import html
import re
from collections.abc import Iterator

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from hospitals.vocabulary import Role
from settlement.models import BenefitPolicy
from tests.benchmarks.lists import AREAS, best, clerk
from tests.benchmarks.measure import Ratio

SMALL, LARGE, LIMIT = 10_000, 2_000_000, 1.3
FIRST = 50_000_000  # keys
A_PERSON = 10  # claims
DEEP = 20  # pages from the end of the list
PATHS = (
    "/claims/",
    "/claims/?area=370700",
    "/claims/?status=in_review",
    "/claims/?status=accepted&area=211200",
    "/claims/?category=emergency",
    "/claims/?words=王",
    "/claims/?words=wx",
    "/claims/?since=2026-02-01&until=2026-02-20",
    "/claims/?sort=admitted_on",
    "/claims/?sort=-accepted_on",
    "/claims/?sort=-total",
    "/claims/?sort=status",
    "/claims/?hospital=北京",
    "/claims/finance/",
)
WITHOUT_AIM = "/claims/?hospital="  # part of a name: reads on until the page is full


def run() -> Iterator[Ratio]:
    clerk(Role.REVIEWER)
    clients = {"": signed_in(clerk()), "finance": signed_in(clerk(Role.FINANCE))}
    fill(0, SMALL)
    small = {name: best(client, path) for name, client, path in visits(clients)}
    fill(SMALL, LARGE)
    for name, client, path in visits(clients):
        limit = None if name.startswith(WITHOUT_AIM) else LIMIT
        yield Ratio(f"claims at {LARGE:,} rows: {name}", best(client, path), small[name], f"{SMALL:,} rows", limit)


def visits(clients: dict[str, Client]) -> Iterator[tuple[str, Client, str]]:
    for path in PATHS:
        client = clients["finance" if "finance" in path else ""]
        yield path, client, path
        if "finance" not in path:
            yield f"{path} deep", client, deep(client, path)


def deep(client: Client, path: str) -> str:
    """Some pages before the last one: reached from the far end, in the contrary order."""
    query = path.partition("?")[2]
    sort = re.search(r"sort=(-?\w+)", query)
    order = sort[1] if sort else "-accepted_on" if "since" in query else "-pk"
    rest = re.sub(r"&?sort=-?\w+", "", query)
    link, cursor = f"?{rest}&sort={order[1:] if order.startswith('-') else '-' + order}", ""
    for _ in range(DEEP):
        further = re.search(r'href="([^"]+)"[^>]*rel="next"', client.get("/claims/" + link).content.decode())
        if not further:
            break
        link = html.unescape(further[1])
        cursor = re.findall(r"after=([^&]+)", link)[0]
    return f"/claims/?{rest}&sort={order}&after={cursor}"


def signed_in(user: User) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend="hospitals.access.PostBackend")
    return client


def fill(first: int, last: int) -> None:
    """Claims first … last with their calculations, ten a person, spread over the areas; no triggers, no waiting.

    Of each fifty one waits for review; 500 wait for finance, however many there are.
    """
    policy, users = BenefitPolicy.objects.order_by("pk").first(), User.objects.order_by("pk")[:3]
    if policy is None:
        raise RuntimeError("load_policies first")
    people = dict(zip(("user", "reviewer", "finance"), (user.pk for user in users), strict=True))
    given = {"first": first, "last": last - 1, "key": FIRST, "policy": policy.pk, "areas": list(AREAS), **people}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in (PEOPLE, CALCULATIONS, CLAIMS):
            cursor.execute(statement, given | {"each": A_PERSON})
        cursor.execute("SET session_replication_role = origin")
        for table in ("filings_insuredperson", "settlement_calculation", "settlement_claim"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("CHECKPOINT")  # what was loaded is written out before anything is measured


PEOPLE = """
    INSERT INTO filings_insuredperson
        (id, area_id, name, initials, id_type, id_number, sex, phone, address, created_at, version)
    SELECT %(key)s + n, (%(areas)s::text[])[1 + (n %% 5)::int],
        substr('王李张刘陈杨赵黄周吴', 1 + (n / 5 %% 10)::int, 1)
            || substr('小明华强芳丽军伟娟敏', 1 + (n / 50 %% 10)::int, 1),
        CASE n / 5 %% 10 WHEN 0 THEN 'wxm' ELSE 'lxm' END, '99', 'CL' || n, '0', '', '', now(), 1
    FROM generate_series(%(first)s::bigint / %(each)s, %(last)s::bigint / %(each)s) AS n
"""
CALCULATIONS = """
    INSERT INTO settlement_calculation
        (id, claim_id, policy_id, inputs, result, fund, personal, total, made_by_id, made_at)
    SELECT %(key)s + n, %(key)s + n, %(policy)s, '{}', '{}', 600 + n %% 9000, 400, 1000 + n %% 9000, %(user)s, now()
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""
CLAIMS = """
    INSERT INTO settlement_claim
        (id, area_id, person_id, scheme, employment, hardship, category, tier, manual_reason, reason_reference,
         treatment_area_id, scope, hospital_name, hospital_level, service, admitted_on, discharged_on, diagnosis,
         total, eligible, detail,
         payee_name, payee_bank, payee_account, note, accepted_on, status, made_by_id, made_at, entered_by, step_reason,
         review_reason, finance_reason, calculation_id, settlement_id, request_token, version, reviewed_by_id,
         reviewed_at, released_by_id, released_at, paid_by_id, paid_on, payment_reference)
    SELECT %(key)s + n, (%(areas)s::text[])[1 + (n / %(each)s %% 5)::int], %(key)s + n / %(each)s, 'employee', 'active',
        '',
        CASE WHEN n / 5 %% 50 = 0 THEN 'emergency' WHEN n / 5 %% 3 = 0 THEN 'referral' ELSE 'temporary' END,
        'temporary', 'not_networked', '', '110000', 'cross_province',
        CASE n / 7 %% 4 WHEN 0 THEN '北京' ELSE '沈阳' END || '示例第' || n %% 5000 || '医院', '3', 'inpatient',
        day, day + 9, '肺炎', 1000 + n %% 9000, 1000, 'totals', '王小明', '示例银行', '6222000000000000', '', day + 20,
        status, %(user)s, now(), ARRAY[%(user)s::bigint], '', '', '', %(key)s + n,
        CASE WHEN status <> 'accepted' THEN %(key)s + n END, gen_random_uuid(), 1,
        CASE WHEN status IN ('approved', 'paid') THEN %(reviewer)s END,
        CASE WHEN status IN ('approved', 'paid') THEN now() END,
        CASE WHEN status = 'paid' THEN %(finance)s END, CASE WHEN status = 'paid' THEN now() END,
        CASE WHEN status = 'paid' THEN %(finance)s END, CASE WHEN status = 'paid' THEN day + 30 END,
        CASE WHEN status = 'paid' THEN 'YH' || n ELSE '' END
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n,
        LATERAL (SELECT date '2021-01-01' + (n %% 1900)::int AS day) AS days,
        LATERAL (SELECT CASE WHEN n < 500 THEN 'approved' WHEN n / 5 %% 50 = 1 THEN 'in_review'
                             WHEN n / 5 %% 50 = 2 THEN 'accepted' ELSE 'paid' END AS status) AS states
"""
