"""Numbers of tips, kept so that no page counts tips: what an audience sees, what is counted of it, and when."""
