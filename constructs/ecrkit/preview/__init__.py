"""What a policy does to the images of a repository."""
