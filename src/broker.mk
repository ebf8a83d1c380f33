# The broker's modules, for who builds it alone or with other bounds.
BROKER_MODULES := actions broker client_events jobs numbers queue requests schedule slots upkeep \
    worker_events
