"""EffiVMT: motion transfer by LoRAs on spatial and on temporal heads, one after the other."""
