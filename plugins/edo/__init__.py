"""Electronic documents exchanged and signed with the supplier."""
