"""What the range learns from numbers: pages over what insight/ reads, and never a tip."""
