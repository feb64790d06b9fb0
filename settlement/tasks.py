"""Jobs of settlement: replays run in the worker, so that no page waits for them."""

from procrastinate.contrib.django import app

from settlement.models import PolicyReplay
from settlement.replays.verbs import carry_out


@app.task(name="replay_policy", queue="lists")
def replay_policy(replay: int, attempt: int) -> None:
    """One run of a replay.  Deleted meanwhile with its draft, or started anew, there is nothing to do."""
    found = PolicyReplay.objects.select_related("policy").filter(pk=replay).first()
    if found is not None:
        carry_out(replay=found, attempt=attempt)
