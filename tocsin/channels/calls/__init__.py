"""What calls share, whoever carries them."""
