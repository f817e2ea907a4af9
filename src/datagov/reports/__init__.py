"""What people read: the data card and the HTML report."""
