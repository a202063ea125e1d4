"""The testing kit: personas, fixtures and the suites that scenes inherit. Never imported by what runs in earnest."""
