"""Documents two parties sign: contracts and letters of intent, their text, signatures and paper scans."""
