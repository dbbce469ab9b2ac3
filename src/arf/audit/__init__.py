"""What is wrong with the teacher: how often each error occurs, and how sure that is."""
