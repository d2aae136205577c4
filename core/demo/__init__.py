"""Made-up figures to look around with. They never mix with anyone's bill."""
