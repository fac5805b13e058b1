"""Where a tip belongs and who may read it: the pack, places, the office tree, the policy. Pure but for the pack."""
