"""Mail services that call us to tell what became of a mail, one file for each."""
