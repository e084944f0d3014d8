"""What payments hands out in other people's formats."""
