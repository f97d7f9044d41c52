"""How people come in, and prove who they are: sign-in, set-up, invitations, passwords, keys."""
