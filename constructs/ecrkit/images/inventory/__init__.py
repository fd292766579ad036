"""Lists of images, as the AWS CLI and ecrkit write them."""
