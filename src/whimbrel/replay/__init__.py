"""How well Whimbrel would have done on a repository's own history: mine cases, replay them, measure."""
