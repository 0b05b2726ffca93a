"""Evidence of a deal in one file that anybody checks without the platform. Reads only; verify.py is not part of the product."""
