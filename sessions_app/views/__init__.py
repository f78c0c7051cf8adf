"""The pages people see, the recordings they hear, and the health checks."""
