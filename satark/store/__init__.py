"""Tables, the engine and migrations: below every other room."""
