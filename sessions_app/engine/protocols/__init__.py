"""What clients send and are sent, a file for each wire protocol."""
