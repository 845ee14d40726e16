"""Methods to compare against, as plugins like anyone's."""
