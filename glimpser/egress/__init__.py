"""Every way out of Glimpser: the outbound policy, the relay and the filtering proxy.

`EgressService` (service) is what the hub holds. It runs one child process (`python -m glimpser.egress`) in which
`Gateway` opens relays and proxies, so that copying bytes never delays the API. `policy`, `urls` and `rtsp` are pure.
The rest of the core may import `service`, `policy` and `errors`; nothing here imports anything but the libraries.
"""
