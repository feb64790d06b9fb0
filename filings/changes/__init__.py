"""Changes and cancellations: an active filing ends, or goes on at another place as a filing of its own."""
