"""Files that clients attach: resumable uploads, previews, downloads, archives."""
