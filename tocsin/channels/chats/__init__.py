"""What chats share, whoever runs them."""
