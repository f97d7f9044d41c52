"""The parts of the house, joined: the only room where they all meet."""
