"""Use cases of readings: `form` reads, `submission` writes, `feeds` takes the company's rows."""
