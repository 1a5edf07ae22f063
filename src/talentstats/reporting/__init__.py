"""Reports: numbers with witnesses, documents, editions, builds and their manifests."""
