"""The arq worker: what is done outside a request. Jobs take no content and no identity, only a wake-up."""
