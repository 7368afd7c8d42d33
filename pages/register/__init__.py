"""The register's pages: GET shows, POST acts."""
