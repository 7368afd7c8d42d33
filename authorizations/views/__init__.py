"""The pages of codes, sales and flags: GET shows, POST acts."""
