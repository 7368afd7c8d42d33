"""The contender portal: this project, as it is served, with everything on."""
