"""Pages of administrators and auditors: accounts and the audit log. None of them shows a tip."""
