"""Smart metering: objects, devices, archives and journals."""
