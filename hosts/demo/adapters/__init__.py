"""What the demonstration host puts behind the cabinet's ports."""
