"""Help: questions and answers, documents, the menu, and who the supplier is."""
