"""What is wrong with a camera's picture, told from one snapshot. Pure Pillow; knows no camera and no database."""
