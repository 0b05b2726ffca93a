"""Two records that may be one and the same contract: found when either is made, and settled by a person alone."""
