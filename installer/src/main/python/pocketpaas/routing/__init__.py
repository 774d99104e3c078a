"""nginx: names, sites, certificates, and the test of all of it before it is put in place."""
