"""Everything that a citizen or an officer sends as a file: kept encrypted, cleaned in a sandbox, shown."""
