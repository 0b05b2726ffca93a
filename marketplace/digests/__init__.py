"""The weekly digest: each Monday every official who wants it has one mail about the week that is over."""
