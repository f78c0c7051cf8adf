"""What Prometheus is told: counted as plain numbers while calls run, written when it asks."""
