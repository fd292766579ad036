"""What a lifecycle policy does to images, as ECR evaluates it."""
