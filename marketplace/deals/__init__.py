"""Deals (转化项目): the room between an accepted interest and a contract in force."""
