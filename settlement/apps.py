from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "settlement"
    verbose_name = "待遇与报销"

    def ready(self) -> None:
        from filings.changes.carrying import end_witnesses
        from filings.commitments import commitment_holders, keep_witnesses
        from filings.costs import cost_witnesses
        from filings.lapsing import lapse_witnesses, reinstate_witnesses
        from settlement.claims.desk import last_cost_day_under
        from settlement.claims.promising import after_keeping, clock_after_lapse, hold_claim_of
        from settlement.recoupments.following import after_end, after_lapse, after_reinstatement

        if last_cost_day_under not in cost_witnesses:
            cost_witnesses.append(last_cost_day_under)
            commitment_holders.append(hold_claim_of)
            keep_witnesses.append(after_keeping)
            lapse_witnesses += [after_lapse, clock_after_lapse]
            reinstate_witnesses.append(after_reinstatement)
            end_witnesses.append(after_end)
