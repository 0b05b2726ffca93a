"""What a contract's price is paid by: the lines of the plan, the payments and refunds, and who has said that they are true."""
