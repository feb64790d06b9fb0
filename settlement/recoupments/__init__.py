"""Recoupments: what a fund has paid and should not have comes back."""
