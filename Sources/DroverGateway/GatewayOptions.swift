/// How the gateway listens.
package struct GatewayOptions: Sendable {
  /// An address or a name; IPv6 without brackets.
  package var host: String
  /// 0: one that is free.
  package var port: Int
  /// Whether only programs on this host can reach it.
  package var isLoopback: Bool
  /// A listening socket that the service manager made, instead; closed when the gateway ends.
  package var descriptor: Int32?
  /// Event loops, each a thread; nil: one for each processor.
  package var loops: Int?
  /// How long exchanges may take to end once the gateway is to end.
  package var drain: Duration

  package init(
    host: String, port: Int, isLoopback: Bool, descriptor: Int32? = nil, loops: Int? = nil,
    drain: Duration = .seconds(30)
  ) {
    self.host = host
    self.port = port
    self.isLoopback = isLoopback
    self.descriptor = descriptor
    self.loops = loops
    self.drain = drain
  }
}

/// Why the gateway cannot listen.
package struct GatewayError: Error, Hashable, Sendable, CustomStringConvertible {
  package var address: String
  package var cause: String

  package var description: String { "cannot listen on \(address): \(cause)" }
}
