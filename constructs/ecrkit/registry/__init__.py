"""What ECR stores: repositories, their access, and registry-wide settings, as CloudFormation sees them."""
