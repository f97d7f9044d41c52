"""Due work: lease it, run it, finish it."""
