"""Standard texts of documents as data: their versions, who proposes and who approves one, and from which day it is valid."""
