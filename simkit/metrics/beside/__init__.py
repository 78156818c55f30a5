"""An agent's calls beside a reference path: which call stands for which step, and which differences matter."""
