"""The only room that ever sees an address. Only intake and delivery may import it (import-linter: protected).

`keys` says which process holds which key, `lookup` turns an address into a keyed hash, `envelope` seals and opens
return addresses, `masking` blots out the informant's own number and names in what they wrote.
"""
