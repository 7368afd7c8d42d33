"""How the web runs; only the address is given on the command line."""

worker_class = "gthread"
workers = 2
threads = 8
timeout = 30
graceful_timeout = 10
loglevel = "warning"
control_socket_disable = True
