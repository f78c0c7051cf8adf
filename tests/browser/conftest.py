"""Browsers talk to a whole running product."""

from tests.end_to_end.conftest import own_product, product

__all__ = ["own_product", "product"]
