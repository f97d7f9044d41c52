"""What the past tells: figures, plots, tables and files."""
