"""What short messages share, whoever carries them."""
