"""Forms as data: steps, fields, choices and documents, checked and described alike everywhere."""
