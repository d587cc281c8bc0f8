"""The data files; a package so that they are installed with the code that reads them."""
