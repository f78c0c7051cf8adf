"""What makes an engine's streams last: new streams, other engines, retries, steadier interims."""
