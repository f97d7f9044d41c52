"""HTTP faces for machines."""
