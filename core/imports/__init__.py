"""Files that clients send: uploaded, read, checked, shown, sent, answered; the same way for every kind of file."""
