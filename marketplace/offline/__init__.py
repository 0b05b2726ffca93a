"""The offline ledger (线下台账): deals made elsewhere, as somebody has told them. None is proven, none in any figure."""
