"""Load for the numbers that the house keeps: see `make bench`."""
