"""What ./test runs: stages that build and check, and one table of what came out."""
