"""What is deployed and pushed: the part of ecrkit that talks to AWS, through boto3."""
