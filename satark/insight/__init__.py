"""Numbers about tips, and never a tip: counted for a viewer, and shown so that none can be computed that is too small."""
