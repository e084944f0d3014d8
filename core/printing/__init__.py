"""What people look at on paper and in letters: PDF pages and charts."""
