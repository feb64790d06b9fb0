"""Rosters of posted workers: read, every row judged by the policy, previewed, the good rows filed as at the counter."""
