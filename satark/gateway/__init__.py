"""The public application: the home page, posters, the channels and their webhooks."""
