"""What officers work with: the queue, the case, requests, and any authorization."""
