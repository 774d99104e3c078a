"""When cron jobs run, and what is known of their runs."""
