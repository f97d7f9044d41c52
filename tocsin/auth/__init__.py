"""From a header or a cookie to a Principal."""
