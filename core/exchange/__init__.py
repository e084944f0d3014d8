"""The company's side: datasets loaded in as NDJSON, facts read out as an ordered feed or pushed to billing."""
