"""Results of payments: a file in, every row checked, previewed, the good rows written down one by one."""
