"""Changes of an app: each a function of an operation (env, domains, ssl, nginx, scale, restart, stop, start, rollback,
destroy, deploy)."""
