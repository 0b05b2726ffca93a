"""Technology needs (技术需求): what enterprises cannot solve."""
