"""One run: the cast and the load, the killer, and the checks when all have gone.  Needs Django, set up."""

import os
import queue
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from config.postgresql import Cluster
from filings.models import InsuredPerson
from tests import factories as make
from tests.faults import checks
from tests.faults.cast import HOSPITAL, NAME, PLACE, Cast, assemble
from tests.faults.counters import Clerk
from tests.faults.platform import Platform
from tests.faults.portal import Portal, plan
from tests.faults.story import Story, Violation
from tests.faults.wards import Hospital, Patients
from tests.settlement.platform import Ward

HOSPITALS, CLERKS = 6, ("clerk1", "clerk2", "clerk3")
PAUSE = 0.05  # seconds of thought of a hospital between two messages, on average; a clerk takes twice as long
QUIET = 90  # seconds in which at least something is acknowledged, whatever was killed
# Between two kills: so many messages are acknowledged, if the time suffices, and so many seconds pass besides.
NEED, SPREAD, EACH = (0, 1, 2, 4, 8), 1.0, 3.0  # EACH: seconds that a kill may take, on average over the run


def played(kills: int, seed: int, cluster: Cluster, log: Path, *, in_a_hurry: bool) -> int:
    """Tells how it went; the exit status."""
    story = Story(seed)
    try:
        _play(story, kills, cluster, log, in_a_hurry)
    except Violation as violation:
        print(f"{_numbers(story)}\nNOT SO: {violation}\n(seed {seed}; what web and worker said: {log})", flush=True)
        return 1
    print("all is so", flush=True)
    return 0


def _play(story: Story, kills: int, cluster: Cluster, log: Path, in_a_hurry: bool) -> None:
    call_command("collectstatic", verbosity=0, interactive=False)
    cast = assemble(kills, CLERKS)
    platform = Platform(story, settings.PLATFORM_KEY)
    with ExitStack() as room:
        url = room.enter_context(platform.stub.serving())
        os.environ |= {"PROVINCIAL_PLATFORM_URL": url, "NATIONAL_PLATFORM_URL": url}
        room.enter_context(override_settings(PROVINCIAL_PLATFORM_URL=url, NATIONAL_PLATFORM_URL=url))
        portal = Portal(story, cluster, log)
        room.callback(portal.stop)
        began = time.monotonic()
        hands = _hands(story, portal, cast)
        for hand in hands:
            hand.start()
        done = _kill(story, portal, plan(kills, story.chance("plan")))
        killed = time.monotonic()
        story.load_over.set()
        for hand in hands:
            while hand.is_alive():
                portal.look_after()
                hand.join(0.2)
        checks.settle_down(story, portal, in_a_hurry)
        settled = time.monotonic()
        checks.answered_alike(story, portal.port)
        checks.everything_is_so(story, platform)
        ended = time.monotonic()
    print("killed: " + ", ".join(f"{kind} {count}" for kind, count in sorted(done.items())))
    print(f"messages: {len(story.kept)}, each answered the same once more; {_numbers(story)}")
    print(f"settlements: {len(story.settled)} and {len(story.reversed)} reversals, each there once as acknowledged")
    print(f"filings: {len(story.filed)}, changes: {len(story.asked)}, each there once")
    print(f"uploads: {len(platform.stub.done)}, each arrived once, of {len(platform.stub.asked)} sent")
    print(f"seconds: {killed - began:.0f} of kills, {settled - killed:.0f} to settle, {ended - settled:.0f} to check")


def _hands(story: Story, portal: Portal, cast: Cast) -> list[Hospital | Clerk]:
    """Who makes the load: hospitals in turn for the one home and the other, and the counters."""
    homes = [(make.TIELING, Patients(cast.plain)), (make.QINGDAO, Patients(cast.capped))]
    to_file: queue.Queue[InsuredPerson] = queue.Queue()
    for person in cast.to_file:
        to_file.put(person)
    hospitals = [
        Hospital(story, portal.port, number, Ward(home=home, place=PLACE, code=HOSPITAL, name=NAME), patients, PAUSE)
        for number, (home, patients) in enumerate((homes * HOSPITALS)[:HOSPITALS])
    ]
    return [*hospitals, *(Clerk(story, portal.port, name, to_file, 2 * PAUSE) for name in CLERKS)]


def _kill(story: Story, portal: Portal, order: list[str]) -> Counter[str]:
    """Each at a moment of chance, under load.  Raises Violation, too, where the portal does not come back."""
    dice, done, seen, last = story.chance("killer"), Counter[str](), 0, time.monotonic()
    until = time.monotonic() + EACH * len(order)

    def look() -> None:
        nonlocal seen, last
        portal.look_after()
        if story.progress > seen:
            seen, last = story.progress, time.monotonic()
        elif time.monotonic() > last + QUIET:
            raise story.is_wrong(f"nothing has been acknowledged for {QUIET} s")
        time.sleep(0.02)

    while story.progress == 0:
        look()
    for number, kind in enumerate(order):
        enough = story.progress + dice.choice(NEED)
        end = time.monotonic() + 2 * max(0.0, until - time.monotonic()) / (len(order) - number)
        while story.progress < enough and time.monotonic() < end:
            look()
        end = time.monotonic() + dice.uniform(0, SPREAD)
        while time.monotonic() < end:
            look()
        while not portal.kill(kind):
            look()
        done[kind] += 1
        if (number + 1) % 20 == 0:
            print(f"{number + 1} kills, {story.progress} acknowledged", flush=True)
    enough = story.progress
    while story.progress == enough:
        look()
    return done


def _numbers(story: Story) -> str:
    return ", ".join(f"{what} {count}" for what, count in sorted(story.numbers.items()) if count)
