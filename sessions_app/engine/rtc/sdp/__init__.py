"""What offers say and answers promise (RFC 8866, RFC 8829)."""
