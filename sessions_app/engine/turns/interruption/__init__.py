"""Rules that decide whether speech over the agent interrupts it; one rule per file."""
