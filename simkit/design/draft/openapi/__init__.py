"""OpenAPI descriptions (2.0, 3.0, 3.1) read into operations with shapes."""
