"""UWV: files a person downloads, checked against a declared layout and stored."""
