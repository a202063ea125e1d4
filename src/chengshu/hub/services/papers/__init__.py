"""Papers (文书): what they say, and how they are set. The general templates are here; scenes bring their own."""
