"""The languages that Whimbrel reads, one file each."""
