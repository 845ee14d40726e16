"""EffiVMT: video motion transfer by tuning spatial and temporal attention heads apart."""
