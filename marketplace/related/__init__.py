"""Deals between related parties (关联方): what makes two parties related, found when a deal opens or established later."""
