"""Services of the supplier and orders for them."""
