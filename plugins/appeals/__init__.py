"""Appeals to the supplier: wizard, drafts, signatures, dialogue."""
