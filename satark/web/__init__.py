"""What the public pages and the panel share: headers, limits, languages, pages, errors, logs."""
