"""Worker processes for engines that block: `pool` leases them, `process` talks to one."""
