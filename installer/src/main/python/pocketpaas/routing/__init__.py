"""nginx in front of the apps: names, certificates, the text of an app's file, its test aside and its reload. Knows
nothing of releases: who calls says which settings, how many instances and which names are to be served."""
