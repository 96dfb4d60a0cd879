"""A process that carries TCP connections to where its routes lead; told by lines of JSON, and ends with its input.

    __main__    one line a route: {"listen": ["127.0.10.1", 5432], "to": [["127.0.1.1", 5433]], "tls": {"certificate":
                ..., "key": ..., "required": true}, "delay_s": 0, "bytes_per_s": 0, "cut": false, "lossy": false,
                "refuse_one_in": 0}
    route       what a line says: where new connections go, and how all are carried
    client  ──────────────────>  server    the two halves of a connection, each a `side`
       negotiation (greeting, tls)         the client is spoken to in TLS, the server in plain
    client  <── pace <── tamper  server    what comes back may be late, slow, cut, or not what the server said
    process     the handle by which the rest of the lab starts a forwarder and tells it its routes

A route's destination is chosen when a connection is made, by turns where there are several, and what is
open is never cut: as with a DNS name. A line for a known address changes what later connections get,
`refuse_one_in` and `tls` included. How fast it goes to clients changes for open ones too. While a route is `cut`,
nothing passes in either direction and nothing is closed: what was sent meanwhile arrives afterwards, ends and resets
included, and who connects is accepted and hears nothing.

With `tls` a client is spoken to in TLS, the destination in plain; TLS is granted once the destination has answered, so
that whoever is frozen is as silent as without. With `required` who asks for none is refused, as on Aurora.
"""
