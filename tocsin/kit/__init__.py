"""Tools that know no word of on-call."""
