"""Message -> Delivery: one file per way of reaching people."""
