"""What anybody may check of a contract, a letter of intent or a confidentiality agreement who has its code or the file itself."""
