"""File formats that the plugin reads and writes."""
