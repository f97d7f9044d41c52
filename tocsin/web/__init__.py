"""Pages that people look at: rendered here, answered with forms, alive without script."""
