/// Where requests may go, as the newest round left it. Asked once for each request, so an answer costs next to nothing.
package protocol RoutingSource: Sendable {
  var routing: Routing { get }
  /// What runs under that id; nil once it is forgotten.
  func instance(_ id: String) -> Instance?
}

/// What a request is routed by: one decision, whole.
package struct Routing: Sendable {
  package var table: RoutingTable
  /// The Model or Route that serves requests which name none.
  package var current: Identity?

  package init(table: RoutingTable, current: Identity? = nil) {
    self.table = table
    self.current = current
  }
}

/// `Fleet.spec.gateway`.
package struct GatewaySettings: Equatable, Sendable {
  /// Bytes of one request body.
  package var maxRequestBytes: Int
  /// Bytes of all request bodies that are held at once.
  package var maxBufferedBytes: Int
  /// From the first byte of a request's head to its last.
  package var headerTimeout: Duration

  package init(
    maxRequestBytes: Int = 32 << 20, maxBufferedBytes: Int = 512 << 20, headerTimeout: Duration = .seconds(10)
  ) {
    self.maxRequestBytes = maxRequestBytes
    self.maxBufferedBytes = maxBufferedBytes
    self.headerTimeout = headerTimeout
  }

  /// From the Fleet's spec.
  package init(spec: FieldValue) {
    let built = GatewaySettings()
    func bytes(_ field: String) -> Int? {
      spec[path: ["gateway", field]]?.byteCount.map { Int(clamping: $0.bytes) }
    }
    self.init(
      maxRequestBytes: bytes("maxRequestBytes") ?? built.maxRequestBytes,
      maxBufferedBytes: bytes("maxBufferedBytes") ?? built.maxBufferedBytes,
      headerTimeout: spec[path: ["gateway", "headerTimeout"]]?.duration ?? built.headerTimeout)
  }
}
